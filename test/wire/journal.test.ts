import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { type Log, silentLog } from '../../src/base/log.ts';
import { alone } from '../../src/call/shared.ts';
import { begin } from '../../src/call/step.ts';
import type { SavedCall } from '../../src/exchange/ports.ts';
import { FileJournal } from '../../src/journal/fileJournal.ts';
import { officePlan } from '../support/plan.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

function saved(id: string): SavedCall {
  const from = { number: '+36301111111', display: 'Anna\n"Ω', extension: undefined };
  const arrival = { id, origin: { kind: 'trunk', name: 'pstn' } as const, from, dialled: '+3612345678' };
  return { call: begin(officePlan(), arrival, 1_000, alone).call, legs: {} };
}

const journal = (log: Log = silentLog): FileJournal => new FileJournal(systemClock, log, join(folder, 'calls'));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function listening(): { readonly log: Log; readonly errors: string[] } {
  const errors: string[] = [];
  const log = Object.assign(Object.create(silentLog), { error: (_: unknown, text: string) => errors.push(text) });
  return { log, errors };
}

describe('the journal', () => {
  test('gives the calls that were up when the process died, as they were last', async () => {
    const first = journal();
    await first.found();
    first.changed('a', () => saved('a'));
    first.changed('b', () => saved('b'));
    first.changed('a', () => ({ ...saved('a'), legs: {} }));
    first.ended('b');
    await first.close();
    expect(plain(await journal().found())).toEqual([plain(saved('a'))]);
  });

  test('keeps what was found until it has ended', async () => {
    const first = journal();
    await first.found();
    first.changed('a', () => saved('a'));
    await first.close();
    const second = journal();
    expect(await second.found()).toHaveLength(1);
    expect(await journal().found()).toHaveLength(1);
    second.ended('a');
    await second.close();
    expect(await journal().found()).toEqual([]);
  });

  test('does not write a call that has ended while others were written', async () => {
    const first = journal();
    await first.found();
    const asked: string[] = [];
    for (const id of ['a', 'b']) {
      first.changed(id, () => {
        asked.push(id);
        if (id === 'a') first.ended('b');
        return saved(id);
      });
    }
    await first.close();
    expect(asked).toEqual(['a']);
  });

  test('writes the others, and at last the one that could not be written', async () => {
    const first = journal();
    await first.found();
    let fails = true;
    first.changed('a', () => {
      if (fails) throw new Error('not now');
      return saved('a');
    });
    first.changed('b', () => saved('b'));
    await first.close();
    fails = false;
    await first.close();
    expect(await journal().found()).toHaveLength(2);
  });

  test('of a call that ended before it was written has nothing to remove, and says nothing', async () => {
    const { log, errors } = listening();
    const first = journal(log);
    await first.found();
    first.changed('a', () => saved('a'));
    first.ended('a');
    first.ended('never there');
    await first.close();
    expect(errors).toEqual([]);
    expect(await readdir(join(folder, 'calls'))).toEqual([]);
  });

  test('that cannot remove a file tells of it', async () => {
    const { log, errors } = listening();
    const first = journal(log);
    await first.found();
    await mkdir(join(folder, 'calls', 'a.call'));
    first.ended('a');
    await first.close();
    expect(errors).toHaveLength(1);
  });

  test('asks for the call when it writes, and not before', async () => {
    const first = journal();
    await first.found();
    let asked = 0;
    for (let i = 0; i < 10; i++) {
      first.changed('a', () => {
        asked += 1;
        return saved('a');
      });
    }
    expect(asked).toBe(0);
    await first.close();
    expect(asked).toBe(1);
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, -40)],
    ['changed', (text: string) => text.replace('+36301111111', '+36309999999')],
    ['of another format', (text: string) => text.replace('kozpont-call 1', 'kozpont-call 2')],
    ['empty', () => ''],
  ])('a file that is %s is put aside, and told of', async (_, spoil) => {
    const first = journal();
    await first.found();
    first.changed('a', () => saved('a'));
    await first.close();
    const path = join(folder, 'calls', 'a.call');
    await writeFile(path, spoil(await readFile(path, 'utf8')));
    const { log, errors } = listening();
    expect(await journal(log).found()).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(await readdir(join(folder, 'calls'))).toEqual(['a.call.unreadable']);
  });

  test('a folder that cannot be read is told of, and there are no calls', async () => {
    await writeFile(join(folder, 'calls'), 'a file');
    const { log, errors } = listening();
    expect(await journal(log).found()).toEqual([]);
    expect(errors).toEqual(['calls that were written down cannot be read']);
  });

  test('a draft that was left is no call', async () => {
    const first = journal();
    await first.found();
    await writeFile(join(folder, 'calls', 'a.call.new'), 'half');
    expect(await journal().found()).toEqual([]);
    expect(await readdir(join(folder, 'calls'))).toEqual([]);
  });

  test('an id that is no file name is not written', async () => {
    const first = journal();
    await first.found();
    first.changed('../a', () => saved('a'));
    first.ended('../a');
    await first.close();
    expect(await readdir(folder)).toEqual(['calls']);
    expect(await readdir(join(folder, 'calls'))).toEqual([]);
  });

  test('a folder that has gone is told of once, and no call is hurt', async () => {
    const { log, errors } = listening();
    const first = journal(log);
    await first.found();
    await rm(join(folder, 'calls'), { recursive: true });
    first.changed('a', () => saved('a'));
    await first.close();
    first.changed('a', () => saved('a'));
    await first.close();
    expect(errors).toHaveLength(1);
  });
});
