import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createPhone } from '../../../src/phone/phone.ts';
import { type Build, build } from '../../support/build.ts';
import { freePorts } from '../../support/freePorts.ts';
import { removeFolder } from '../../support/removeFolder.ts';

let compiled: Build;
let folder: string;
let switchboard: ChildProcess;
let address: string;

const dialplan = `
kozpont: 1
company: { name: House, timezone: Europe/Budapest, languages: [en] }
prompts:
  welcome: { en: "Welcome. Press 0." }
  bye: { en: "Goodbye." }
calendars: { never: { open: {} } }
extensions: { "10": { name: Reception, ringFor: 10s } }
menus:
  main:
    greeting: welcome
    keys: { 0: extension:10 }
    noInput: { after: 3s, repeat: 0, then: goodbye:bye }
    invalid: { repeat: 0, then: goodbye:bye }
numbers:
  "+3612345678": menu:main
  "+3612345679": { calendar: never, open: menu:main, closed: goodbye:bye }
transfer: { recall: { otherwise: goodbye:bye } }
`;

const head = (name: string, number = '+3612345678'): string =>
  `  - name: ${name}\n    at: 2026-11-23T10:00\n    from: "+36301111111"\n    to: "${number}"\n`;
const passing = `stories:
${head('the reception answers')}    steps:
      - hears: welcome
      - presses: 0
      - rings: 10
      - answers: 10
      - talks: [caller, 10]
      - hangsUp: caller
    ends: { result: completed, by: caller, talkedWith: [10], through: [menu:main, extension:10] }
`;
const slow = `${head('it is too slow')}    steps:
      - presses: 0
      - answers: 10
      - waits: 5m
`;
const mixed = `${passing}${head('nobody presses anything')}    steps:
      - hears: bye
${slow}`;

beforeAll(async () => {
  compiled = await build();
  folder = await mkdtemp(join(tmpdir(), 'kozpont-live-test-'));
  const { from } = await freePorts(2);
  address = `127.0.0.1:${from}`;
  // As it comes: on every address, of which it tells its callers one that they have not called.
  const settings = `sip: { listen: ["udp:0.0.0.0:${from}"] }\ndialplan: house.yaml\n`;
  await writeFile(join(folder, 'k.yaml'), settings);
  await writeFile(join(folder, 'house.yaml'), dialplan);
  await writeFile(join(folder, 'house.story.yaml'), passing);
  await writeFile(join(folder, 'mixed.story.yaml'), `dialplan: house.yaml\n${mixed}`);
  await writeFile(join(folder, 'slow.story.yaml'), `dialplan: house.yaml\nstories:\n${slow}`);
  switchboard = start(['run', '-c', 'k.yaml']);
  for await (const line of createInterface(switchboard.stdout as NodeJS.ReadableStream)) {
    if (line.includes('phones reach it at')) break;
  }
}, 60_000);
afterAll(async () => {
  const exited = once(switchboard, 'exit');
  switchboard.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  await compiled.remove();
  await removeFolder(folder);
});

const start = (words: readonly string[]): ChildProcess =>
  spawn(process.execPath, [compiled.file('cli/main'), ...words], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** `until`: what is printed when it is interrupted. */
async function live(words: readonly string[], until?: string) {
  const program = start(['test', '--live', ...words]);
  const exited = once(program, 'exit');
  const complaint: string[] = [];
  createInterface(program.stderr as NodeJS.ReadableStream).on('line', line => complaint.push(line));
  const printed: string[] = [];
  for await (const line of createInterface(program.stdout as NodeJS.ReadableStream)) {
    printed.push(line);
    if (until !== undefined && line.includes(until)) program.kill('SIGINT');
  }
  const [status] = await exited;
  return { status, output: printed.join('\n'), complaint: complaint.join('\n') };
}

describe('test --live', { timeout: 60_000 }, () => {
  test('plays stories at the address of the settings, and exits with 0', async () => {
    const { status, output, complaint } = await live(['-c', 'k.yaml', 'house.story.yaml']);
    expect([status, complaint], output).toEqual([0, '']);
    expect(output).toMatch(
      new RegExp(
        `^house.story.yaml, at udp:${address}; telephones register as 10\n✓ the reception answers \\([0-9]+ s\\)\n1 story played live: 1 passed, 0 failed; 0 not played$`,
      ),
    );
  });

  test('exits with 1 where one does not come as it says, and tells what was not played', async () => {
    const { status, output } = await live([`udp:${address}`, '-c', 'k.yaml', '--longest', '60s', 'mixed.story.yaml']);
    expect(status).toBe(1);
    expect(output).toContain('✗ nobody presses anything');
    expect(output).toContain('caller hears bye: caller hears welcome (en) instead');
    expect(output).toMatch(/– it is too slow\n {4}not played: it lasts 5m.*, longer than 1m \(--longest\)/);
    expect(output).toMatch(/\n2 stories played live: 1 passed, 1 failed; 1 not played$/);
  });

  test('tells programs the same', async () => {
    const { status, output } = await live([
      '-c',
      'k.yaml',
      '--format',
      'json',
      '--records',
      'none',
      'house.story.yaml',
    ]);
    expect(status).toBe(0);
    const [file] = JSON.parse(output);
    expect(file.stories[0]).toMatchObject({ passed: true, failures: [] });
    expect(file.stories[0].unverified).toMatchObject([
      { message: 'ends: by is not seen from outside', at: 'house.story.yaml:13:5' },
      { message: 'ends: through is not seen from outside' },
    ]);
  });

  test('exits with 2 where nothing can be played, with the reason', async () => {
    const { from } = await freePorts(2);
    const { status, complaint } = await live([`127.0.0.1:${from}`, '-c', 'k.yaml', 'house.story.yaml']);
    expect([status, complaint]).toEqual([2, `kozpont: nothing can be played at udp:127.0.0.1:${from}: nobody answers`]);
    const tooSlow = await live(['-c', 'k.yaml', 'slow.story.yaml']);
    expect(tooSlow).toMatchObject({
      status: 2,
      complaint: '',
      output: expect.stringContaining('0 stories played live'),
    });
    const unknown = await live(['-c', 'k.yaml', '--credentials', 'none.yaml', 'house.story.yaml']);
    expect([unknown.status, unknown.complaint]).toEqual([2, expect.stringContaining('FILE_UNREADABLE')]);
  });

  test('leaves no telephone behind when it is interrupted', async () => {
    const { status, complaint } = await live(['-c', 'k.yaml', 'mixed.story.yaml'], '✓ the reception answers');
    expect([status, complaint]).toEqual([1, 'kozpont: SIGINT: it was interrupted']);
    const asking = await createPhone({
      onlyServer: true,
      clock: systemClock,
      log: silentLog,
      user: '+36301111111',
      server: { address: '127.0.0.1', port: Number(address.split(':')[1]) },
    });
    const call = asking.call('+3612345678');
    await call.answered();
    await call.press('0');
    // Nobody is registered as 10.
    expect(await call.ended()).toMatchObject({ by: 'them' });
    await asking.close();
  });
});
