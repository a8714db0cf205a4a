import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/base/clock.ts';
import { showDiagnostic } from '../../../src/base/yaml/diagnostic.ts';
import { bigDialplan } from '../../../src/bench/bigDialplan.ts';
import { compileDialplan } from '../../../src/dialplan/index.ts';
import { checkBytes } from '../../../src/reload/check.ts';
import { type ThreadOptions, Threads } from '../../../src/reload/thread.ts';
import { type Build, build } from '../../support/build.ts';
import { must } from '../../support/must.ts';

let compiled: Build;
let folder: string;
let worker: string;
beforeAll(async () => {
  compiled = await build();
  worker = compiled.file('reload/worker');
  folder = await mkdtemp(join(tmpdir(), 'kozpont-checking-'));
});
afterAll(async () => {
  await compiled.remove();
  await rm(folder, { recursive: true });
});

const plan = (ways = ''): string => `kozpont: 1
company: { name: Small, timezone: Europe/Budapest, languages: [en] }
prompts: { hello: { en: Hello. }, bye: { en: Bye. } }
extensions: { "10": { name: Reception } }
queues: { reception: { agents: ["10"], maxWait: 5m, overflow: goodbye:bye } }
menus:
  main:
    greeting: hello
    keys: { 1: queue:reception${ways} }
    noInput: { after: 5s, repeat: 0, then: goodbye:bye }
    invalid: { say: hello, repeat: 1, then: goodbye:bye }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": menu:main }
`;

/** Nothing is wrong by the rules, and who presses 2 waits for more than four hours. */
const endless = `${plan(', 2: queue:q0')}`.replace(
  'queues: {',
  `queues: { ${Array.from({ length: 9 }, (_, index) => `q${index}: { agents: ["10"], maxWait: 30m, overflow: queue:${index < 8 ? `q${index + 1}` : 'reception'} }, `).join('')}`,
);

const never = new AbortController().signal;
const checked = (text: string, options: Partial<ThreadOptions> = {}, stop = never) =>
  new Threads({ clock: systemClock, worker, ...options }).check(Buffer.from(text), 'plan.yaml', stop);
const threadOf = async (name: string, text: string): Promise<string> => {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, text);
  return file;
};

describe('a dialplan that is checked in a thread', () => {
  test('gives what it gives in the main one', async () => {
    for (const text of [
      plan(),
      plan(', 2: menu:nowhere'),
      'wrong',
      endless,
      '\u0000',
      bigDialplan({ menus: 5, extensions: 300, calendars: 2 }),
    ]) {
      expect(await checked(text)).toEqual(checkBytes(Buffer.from(text), 'plan.yaml', systemClock.now()));
    }
    const { plan: one } = must(await checked(plan()));
    expect(one).toEqual(must(compileDialplan(plan(), 'plan.yaml')).plan);
    expect(Object.isFrozen(one.menus)).toBe(true);
    expect(must(await checked(endless)).diagnostics.map(({ code }) => code)).toEqual(['CALLER_WAITS_LONG']);
  });

  test('and would lose a caller is refused, with the call', async () => {
    const chain = Array.from(
      { length: 70 },
      (_, index) =>
        `s${index}: { calendar: always, open: ${index < 69 ? `schedule:s${index + 1}` : 'goodbye:bye'}, closed: goodbye:bye }`,
    );
    const lost = `${plan(', 2: schedule:s0')}calendars: { always: { open: { mon-sun: "00:00-24:00" }, closed: [12-24] } }
schedules: { ${chain.join(', ')} }
`;
    const outcome = await checked(lost);
    if (outcome.ok) throw new Error('it is taken up');
    const [first] = outcome.error.filter(({ severity }) => severity === 'error').map(showDiagnostic);
    expect(first).toMatch(/^plan\.yaml:\d+:\d+ CALLER_DROPPED .*, a call to \+361, press 2: the caller is dropped/);
    expect(first).toContain('caller presses 2');
  });

  test.each([
    ['throws', 'throw new Error("out of luck");', 'THREAD_FAILED', /failed: out of luck/],
    ['ends', 'process.exit(0);', 'THREAD_FAILED', /ended without an outcome/],
    ['is not there', undefined, 'THREAD_FAILED', /failed: Cannot find module/],
    [
      'needs too much memory',
      'const all = []; for (;;) all.push(new Array(1000).fill({}));',
      'THREAD_FAILED',
      /memory/,
    ],
  ])('whose thread %s has failed', async (name, text, code, message) => {
    const file = text === undefined ? join(folder, 'nothing.mjs') : await threadOf(name.replaceAll(' ', '-'), text);
    const check = checked(plan(), { worker: file, memory: 16 });
    await expect(check).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('whose thread does not end has failed when its time is over, and nothing goes on', async () => {
    const file = await threadOf('endless', 'for (;;);');
    const clock = new VirtualClock();
    const check = checked(plan(), { clock, worker: file, within: 5_000 });
    expect(clock.armed).toBe(1);
    clock.advance(5_000);
    await expect(check).rejects.toMatchObject({ code: 'DEADLINE_PASSED' });
    expect(clock.armed).toBe(0);
  });

  test('is let go of when nobody wants to know any more', async () => {
    const file = await threadOf('waiting', 'for (;;);');
    const stop = new AbortController();
    const check = checked(plan(), { worker: file }, stop.signal);
    stop.abort();
    await expect(check).rejects.toMatchObject({ code: 'THREAD_FAILED' });
    const late = checked(plan(), {}, stop.signal);
    await expect(late).rejects.toMatchObject({ code: 'THREAD_FAILED' });
  });
});

test('passwords that are opened in a thread are those of the file, with the ones that were added', async () => {
  const file = join(folder, 'credentials.yaml');
  const threads = new Threads({ clock: systemClock, worker });
  const open = async (...extensions: readonly string[]) =>
    (await threads.openCredentials({ file, extensions }, never)).value;
  const first = await open('10', '11');
  expect(first?.added).toEqual(['10', '11']);
  const again = await open('10', '12');
  expect(again?.added).toEqual(['12']);
  expect(again?.passwordOf('10')).toBe(first?.passwordOf('10'));
  expect(again?.passwordOf('11')).toBeUndefined();
  expect(again?.passwordOf('12')?.length).toBeGreaterThanOrEqual(12);
  await writeFile(file, 'extensions: { "10": short }');
  const { value, diagnostics } = await threads.openCredentials({ file, extensions: ['10'] }, never);
  expect([value, diagnostics.length]).toEqual([undefined, 1]);
});
