import { mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/base/clock.ts';
import { KozpontError } from '../../../src/base/errors.ts';
import { silentLog } from '../../../src/base/log.ts';
import { type Diagnostic, showDiagnostic } from '../../../src/base/yaml/diagnostic.ts';
import type { Credentials } from '../../../src/config/credentials.ts';
import { compileDialplan } from '../../../src/dialplan/index.ts';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { checkBytes } from '../../../src/reload/check.ts';
import { Reload } from '../../../src/reload/reload.ts';
import { rollBack } from '../../../src/reload/rollback.ts';
import { Versions } from '../../../src/reload/versions.ts';
import { must } from '../../support/must.ts';
import { companyNumber, inOffice, type Office, passwordOf } from '../../support/switchboard/office.ts';
import { expectNeverSilent, hearEachOther } from '../../support/switchboard/scenes.ts';

let folder: string;
let file: string;
let versions: Versions;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-reload-'));
  file = join(folder, 'plan.yaml');
  versions = new Versions(join(folder, 'var', 'dialplans'));
});
afterEach(() => rm(folder, { recursive: true }));

const yaml = (name: string, extensions = '"10": { name: Reception }, "20": { name: Shop }'): string => `kozpont: 1
company: { name: ${name}, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: { en: Bye. } }
extensions: { ${extensions} }
queues: { reception: { agents: ["10"], maxWait: 5m, overflow: goodbye:bye } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "${companyNumber}": queue:reception }
`;

/** Nobody waits any more: calls are sent to the goodbye, the shop is gone, and a store is new. */
const changed = `kozpont: 1
company: { name: Changed, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: { en: Bye. } }
extensions: { "10": { name: Reception }, "30": { name: Store } }
transfer: { recall: { otherwise: goodbye:bye } }
numbers: { "${companyNumber}": goodbye:bye, "+3612345679": extension:10, "+3612345670": extension:30 }
`;

/** More schedules in a row than a call goes through: no rule finds it. */
const losing = `${yaml('Losing').replace(/queue:reception \}\n$/, 'schedule:s0 }\n')}calendars: { hours: { open: { mon: "08:00-12:00" } } }
schedules:
${Array.from({ length: 70 }, (_, index) => {
  const next = index < 69 ? `schedule:s${index + 1}` : 'queue:reception';
  return `  s${index}: { calendar: hours, open: ${next}, closed: ${next} }`;
}).join('\n')}
`;

const planOf = (text: string): Dialplan => must(compileDialplan(text, 'plan.yaml')).plan;

interface Watched {
  readonly reload: Reload;
  readonly clock: VirtualClock;
  readonly swapped: string[];
  readonly told: string[];
  prompts: readonly Diagnostic[];
  /** What the check comes to, in place of what is wrong with the file. */
  trouble: Error | undefined;
  /** Goes forward until the next look at the file has been had. */
  look(): Promise<void>;
}

/** Without a switchboard, and in virtual time: only the file is real. */
function watched(first: string): Watched {
  const clock = new VirtualClock();
  const swapped: string[] = [];
  const told: string[] = [];
  const credentials: Credentials = { passwordOf, added: [] };
  const state: Watched = {
    clock,
    swapped,
    told,
    prompts: [],
    trouble: undefined,
    reload: new Reload({
      clock,
      log: silentLog,
      file,
      shownAs: 'plan.yaml',
      first: { version: planOf(first).version, bytes: Buffer.from(first) },
      versions,
      async check(bytes) {
        if (state.trouble !== undefined) throw state.trouble;
        return checkBytes(bytes, 'plan.yaml', clock.now());
      },
      preparePrompts: async () => state.prompts,
      openCredentials: async () => ({ value: credentials, diagnostics: [] }),
      swap: ({ plan }) => void swapped.push(plan.company.name),
      tell: diagnostics => void told.push(...diagnostics.filter(one => one.severity === 'error').map(showDiagnostic)),
    }),
    async look() {
      await vi.waitFor(() => expect(clock.armed).toBe(1), { interval: 1 });
      clock.step();
      await vi.waitFor(() => expect(clock.armed).toBe(1), { interval: 1 });
    },
  };
  return state;
}

async function settled(state: Watched): Promise<void> {
  await state.look();
  await state.look();
  await state.look();
}

describe('a saved dialplan', () => {
  test('is taken up as a whole, whichever way it was saved, and kept as a version', async () => {
    await writeFile(file, yaml('First'));
    const state = watched(yaml('First'));
    await state.reload.start();
    await settled(state);
    expect(state.swapped).toEqual([]);
    await writeFile(file, yaml('Second'));
    await settled(state);
    await writeFile(join(folder, 'draft'), yaml('Third'));
    await rename(join(folder, 'draft'), file);
    await settled(state);
    await writeFile(join(folder, 'fourth.yaml'), yaml('Fourth'));
    await rm(file);
    await symlink('fourth.yaml', file);
    await settled(state);
    expect([state.swapped, state.told]).toEqual([['Second', 'Third', 'Fourth'], []]);
    const kept = (await versions.history()).versions.map(({ version }) => version);
    expect(kept).toEqual(['First', 'Second', 'Third', 'Fourth'].map(name => planOf(yaml(name)).version));
    expect(await readFile(versions.pathOf(kept[1] ?? ''), 'utf8')).toBe(yaml('Second'));
    await state.reload.close();
    expect(state.clock.armed).toBe(0);
  });

  test('that is wrong is refused with its places, once, and so is one whose prompts cannot be had', async () => {
    await writeFile(file, yaml('First'));
    const state = watched(yaml('First'));
    await state.reload.start();
    await settled(state);
    await writeFile(file, yaml('Wrong').replace('agents: ["10"]', 'agents: ["11"]'));
    await settled(state);
    await settled(state);
    expect(state.told).toHaveLength(1);
    expect(state.told[0]).toMatch(/^plan\.yaml:5:\d+ [A-Z_]+ /);
    await rm(file);
    await settled(state);
    expect(state.told[1]).toMatch(/^plan\.yaml:1:1 FILE_UNREADABLE /);
    const at = { file: 'plan.yaml', line: 3, col: 12 };
    state.prompts = [{ severity: 'error', code: 'PROMPT_UNAVAILABLE', message: 'no voice', remedy: 'find one', at }];
    await writeFile(file, yaml('Second'));
    await settled(state);
    expect(state.told[2]).toMatch(/^plan\.yaml:3:12 PROMPT_UNAVAILABLE /);
    expect(state.swapped).toEqual([]);
    expect((await versions.history()).versions).toHaveLength(1);
    state.prompts = [];
    state.reload.again();
    await settled(state);
    expect([state.swapped, state.told.length]).toEqual([['Second'], 3]);
    await state.reload.close();
  });

  test('that would lose a caller is refused with the call, though no rule finds anything', async () => {
    await writeFile(file, yaml('First'));
    const state = watched(yaml('First'));
    await state.reload.start();
    await settled(state);
    await writeFile(file, losing);
    expect(compileDialplan(losing, 'plan.yaml').ok).toBe(true);
    await settled(state);
    expect(state.swapped).toEqual([]);
    expect(state.told.join()).toMatch(/^plan\.yaml:\d+:\d+ CALLER_DROPPED .* a call to \+36\d+: the caller is dropped/);
    await state.reload.close();
  });

  test('that cannot be checked is not taken up, and the next one is', async () => {
    await writeFile(file, yaml('First'));
    const state = watched(yaml('First'));
    await state.reload.start();
    await settled(state);
    state.trouble = new KozpontError('THREAD_FAILED', 'the thread ended');
    await writeFile(file, yaml('Second'));
    await settled(state);
    expect([state.swapped, state.told, (await versions.history()).versions.length]).toEqual([[], [], 1]);
    state.trouble = undefined;
    await writeFile(file, yaml('Third'));
    await settled(state);
    expect(state.swapped).toEqual(['Third']);
    await state.reload.close();
    expect(state.clock.armed).toBe(0);
  });

  test('that is half written does not count', async () => {
    await writeFile(file, yaml('First'));
    const state = watched(yaml('First'));
    await state.reload.start();
    await settled(state);
    const next = yaml('Second');
    for (const length of [next.length / 3, next.length / 2, next.length]) {
      await writeFile(file, next.slice(0, length));
      await state.look();
      expect([state.swapped, state.told]).toEqual([[], []]);
    }
    await settled(state);
    expect([state.swapped, state.told]).toEqual([['Second'], []]);
    await state.reload.close();
  });

  test('is undone by a rollback', async () => {
    await writeFile(file, yaml('First'));
    const state = watched(yaml('First'));
    await state.reload.start();
    await settled(state);
    await writeFile(file, yaml('Second'));
    await settled(state);
    await writeFile(file, 'wrong');
    await settled(state);
    expect([state.swapped, state.told.length > 0]).toEqual([['Second'], true]);
    expect(await rollBack(file, versions)).toMatchObject({ value: { version: planOf(yaml('Second')).version } });
    expect(await readFile(file, 'utf8')).toBe(yaml('Second'));
    await settled(state);
    expect(await rollBack(file, versions)).toMatchObject({ value: { version: planOf(yaml('First')).version } });
    await settled(state);
    expect(state.swapped).toEqual(['Second', 'First']);
    expect(await rollBack(file, versions)).toMatchObject({ error: 'there is no version before this one' });
    const forward = await rollBack(file, versions, planOf(yaml('Second')).version.slice(0, 8));
    expect(forward).toMatchObject({ ok: true });
    await settled(state);
    expect(state.swapped).toEqual(['Second', 'First', 'Second']);
    await state.reload.close();
  });
});

describe('under running calls', () => {
  const first = yaml('First');

  async function watching(office: Office, story: (told: string[]) => Promise<void>): Promise<void> {
    const told: string[] = [];
    const reload = new Reload({
      clock: systemClock,
      log: silentLog,
      file,
      shownAs: 'plan.yaml',
      first: { version: planOf(first).version, bytes: Buffer.from(first) },
      versions,
      check: async bytes => checkBytes(bytes, 'plan.yaml', systemClock.now()),
      preparePrompts: async () => [],
      openCredentials: async () => ({ value: { passwordOf, added: [] }, diagnostics: [] }),
      swap: version => office.kozpont.swap(version),
      tell: diagnostics => void told.push(...diagnostics.filter(one => one.severity === 'error').map(showDiagnostic)),
    });
    await reload.start();
    try {
      await story(told);
    } finally {
      await reload.close();
    }
  }

  test('twenty are not disturbed, and new ones are of the new version', async () => {
    await writeFile(file, first);
    await inOffice(
      office =>
        watching(office, async told => {
          const before = planOf(first).version;
          const after = planOf(changed).version;
          const shop = await office.extension('20');
          const waiting = await Promise.all(
            Array.from({ length: 20 }, async (_, index) =>
              (await office.caller(`+3620111${1000 + index}`)).call(companyNumber),
            ),
          );
          await Promise.all(waiting.map(call => call.hears(office.music)));
          expect(office.kozpont.callsByVersion()).toEqual({ [before]: 20 });
          const since = systemClock.now();

          await writeFile(file, `${changed}  wrong`);
          await vi.waitFor(() => expect(told).not.toEqual([]), { timeout: 10_000 });
          expect(told[0]).toMatch(/^plan\.yaml:\d+:\d+ [A-Z_]+ /);
          await writeFile(file, changed);
          const store = await office.phone('30', '127.0.0.1', { password: passwordOf('30') });
          await vi.waitFor(() => store.register(), { timeout: 10_000, interval: 100 });
          await expect(shop.register()).rejects.toThrow(/REGISTER: 40[13]/);

          const late = (await office.caller('+36209999999')).call(companyNumber);
          await late.hears(office.prompt('bye'));
          expect(office.kozpont.callsByVersion()).toEqual({ [before]: 20, [after]: 1 });
          await late.ended();
          // The queue is gone for new calls alone: who waits in it is served.
          const reception = await office.extension('10');
          const inside = await reception.rung();
          await inside.answer();
          const served = waiting.find(call => call.phone.user === inside.shown.from.number);
          if (served === undefined) throw new Error(`${inside.shown.from.number} did not wait`);
          await hearEachOther(office, served, inside);
          await Promise.all(waiting.filter(call => call !== served).map(call => call.hears(office.music)));
          for (const call of waiting) expectNeverSilent(call, since);
          await reception.unregister();
          await Promise.all(waiting.map(call => call.hangUp()));
          const records = await office.ended(21);
          expect(records.map(({ dialplan }) => dialplan).filter(version => version === before)).toHaveLength(20);
        }),
      { plan: planOf(first) },
    )();
  });
});
