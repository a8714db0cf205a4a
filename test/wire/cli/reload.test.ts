import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Build, build } from '../../support/build.ts';
import { removeFolder } from '../../support/removeFolder.ts';

let compiled: Build;
let folder: string;

beforeAll(async () => {
  compiled = await build();
  folder = await mkdtemp(join(tmpdir(), 'kozpont-reload-cli-'));
});
afterAll(async () => {
  await compiled.remove();
  await removeFolder(folder);
});

const plan = (name: string, more = ''): string => `kozpont: 1
company: { name: ${name}, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: { en: Bye. } }
extensions: { "10": { name: Reception }${more} }
queues: { reception: { agents: ["10"], maxWait: 1m, overflow: goodbye:bye } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": queue:reception }
`;

/** More schedules in a row than a call goes through, which no rule finds. */
const losing = `${plan('Losing').replace('"+361": queue:reception', '"+361": schedule:s0')}calendars: { hours: { open: { mon: "08:00-12:00" } } }
schedules:
${Array.from({ length: 70 }, (_, index) => {
  const next = index < 69 ? `schedule:s${index + 1}` : 'queue:reception';
  return `  s${index}: { calendar: hours, open: ${next}, closed: ${next} }`;
}).join('\n')}
`;

const environment = {
  PATH: '/usr/bin:/bin',
  KOZPONT_DIALPLAN: 'plan.yaml',
  KOZPONT_SIP_LISTEN: 'udp:127.0.0.1:0',
  KOZPONT_API_LISTEN: 'off',
};

it('a running Kozpont takes up, refuses, goes back, and heeds SIGHUP', { timeout: 90_000 }, async () => {
  const file = join(folder, 'plan.yaml');
  await writeFile(file, plan('First'));
  const child = spawn(process.execPath, [compiled.file('cli/main'), 'run'], { cwd: folder, env: environment });
  const exited = once(child, 'exit');
  let said = '';
  let heard = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += chunk;
      heard();
    });
  }
  child.once('exit', () => heard());
  /** Resolves when it has said all of these, in any order, and forgets what was said. */
  const says = async (...all: readonly RegExp[]): Promise<void> => {
    while (!all.every(what => what.test(said))) {
      if (child.exitCode !== null) throw new Error(`it has ended, and never said ${all.join(', ')}:\n${said}`);
      await new Promise<void>(resolve => {
        heard = resolve;
      });
    }
    said = '';
  };
  const rollback = (...words: string[]) =>
    promisify(execFile)(process.execPath, [compiled.file('cli/main'), 'rollback', ...words], {
      cwd: folder,
      env: environment,
    });
  try {
    await says(/First \(plan\.yaml\)[\s\S]*Stop with Ctrl-C\.\n/);
    await writeFile(file, plan('Second', ', "11": { name: Shop }'));
    await says(/the dialplan was changed/, /New passwords were made for 11;/);
    expect(await readFile(join(folder, 'var', 'credentials.yaml'), 'utf8')).toMatch(/"11": \S{12}/);
    await writeFile(file, plan('Third').replace('["10"]', '["12"]'));
    await says(/plan\.yaml:5:\d+ [A-Z_]+ /, /\n1 error\n/, /the new dialplan is refused/);
    await writeFile(file, plan('Fourth').replace('numbers: {', 'numbers: { "+361@locla": queue:reception,'));
    await says(
      /plan\.yaml:7:12 UNKNOWN_TRUNK the settings have no trunk locla\n {4}→ did you mean local\?/,
      /the new dialplan is refused/,
    );
    await writeFile(file, losing);
    await says(/plan\.yaml:\d+:\d+ CALLER_DROPPED /, /\n1 error\n/, /the new dialplan is refused/);
    expect((await rollback()).stdout).toMatch(
      /^plan\.yaml is version [0-9a-f]{16} again\.\nWhat it held is kept as var\//,
    );
    expect(await readFile(file, 'utf8')).toContain('Second');
    await rollback();
    await says(/the dialplan was changed/);
    expect(await readFile(file, 'utf8')).toBe(plan('First'));
    child.kill('SIGHUP');
    await says(/the dialplan was changed/);
    const { stdout } = await rollback('--list');
    expect(stdout).toMatch(/^VERSION +SINCE\n[0-9a-f]{16} +\S+Z\n[0-9a-f]{16} +\S+Z +took calls last, in the file\n$/);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

it('a Kozpont does not start with a dialplan that would lose a caller', async () => {
  const elsewhere = join(folder, 'losing');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'plan.yaml'), losing);
  const start = promisify(execFile)(process.execPath, [compiled.file('cli/main'), 'run'], {
    cwd: elsewhere,
    env: environment,
  });
  await expect(start).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/plan\.yaml:\d+:\d+ CALLER_DROPPED [\s\S]*\n1 error\n/),
  });
  expect(await readdir(elsewhere)).toEqual(['plan.yaml']);
});

it('a Kozpont does not start with a number for a trunk that its settings do not have', async () => {
  const elsewhere = join(folder, 'trunk');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'plan.yaml'), plan('Trunk').replace('"+361"', '"+361@locla"'));
  const start = promisify(execFile)(process.execPath, [compiled.file('cli/main'), 'run'], {
    cwd: elsewhere,
    env: environment,
  });
  await expect(start).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/plan\.yaml:7:12 UNKNOWN_TRUNK [\s\S]*did you mean local\?[\s\S]*\n1 error\n/),
  });
  expect(await readdir(elsewhere)).toEqual(['plan.yaml']);
});
