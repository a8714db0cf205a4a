import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { contentHash } from '../../src/base/contentHash.ts';
import { silentLog } from '../../src/base/log.ts';
import { FileRegistrations, format } from '../../src/journal/fileRegistrations.ts';
import { seal } from '../../src/journal/sealed.ts';
import type { SavedBinding } from '../../src/signalling/registrar/store.ts';

let folder: string;
let path: string;
let clock: VirtualClock;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-registrations-'));
  path = join(folder, 'var', 'registrations');
  clock = new VirtualClock();
});
afterEach(async () => {
  expect(clock.armed).toBe(0);
  await rm(folder, { recursive: true });
});

const binding = (changes: Partial<SavedBinding> = {}): SavedBinding => ({
  extension: '101',
  contact: 'sip:101@192.0.2.1:5062',
  q: 0.5,
  callId: 'c\ud800\u2028"\n',
  cseq: 1,
  expiresAt: 1_767_606_000_000.25,
  ...changes,
});

function opened() {
  const errors: string[] = [];
  const log = Object.assign(Object.create(silentLog), { error: (_: unknown, text: string) => errors.push(text) });
  return { errors, store: new FileRegistrations(clock, log, path) };
}

async function written(all: readonly SavedBinding[]): Promise<void> {
  const { store } = opened();
  store.changed(() => all);
  await store.close();
}

const put = async (text: string): Promise<void> => {
  await mkdir(join(folder, 'var'), { recursive: true });
  await writeFile(path, text);
};

describe('the registrations on the disk', () => {
  test('are what they were, for their owner alone', async () => {
    const all = [binding(), binding({ instance: '<urn:uuid:1>', nextHop: 'sip:192.0.2.1:4711;transport=tcp' })];
    await written(all);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'var'))).toEqual(['registrations']);
    const { store, errors } = opened();
    expect(await store.load()).toEqual(all);
    expect(errors).toEqual([]);
    expect(await store.load()).toEqual(all);
  });

  test('are none at the first start', async () => {
    const { store, errors } = opened();
    expect(await store.load()).toEqual([]);
    await store.close();
    expect([errors, await readdir(folder)]).toEqual([[], []]);
  });

  test('are asked for once a second, however often they change, and at the end', async () => {
    const { store } = opened();
    const asked: number[] = [];
    for (const nth of [1, 2, 3]) {
      store.changed(() => {
        asked.push(nth);
        return [binding({ cseq: nth })];
      });
    }
    expect([asked, clock.armed]).toEqual([[], 1]);
    clock.advance(1_000);
    await store.close();
    expect(asked).toEqual([3]);
    store.changed(() => [binding({ cseq: 4 })]);
    await store.close();
    expect(await opened().store.load()).toEqual([binding({ cseq: 4 })]);
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, -10)],
    ['edited', (text: string) => text.replace('192.0.2.1', '192.0.2.9')],
    ['of another format', (text: string) => text.replace('registrations 1', 'registrations 2')],
    ['empty', () => ''],
    ['no JSON below a hash that fits', () => `${format} e3b0c44298fc1c14\n`],
  ])('that are %s are put aside, told of, and written anew', async (_, spoil) => {
    await written([binding()]);
    const spoilt = spoil(await readFile(path, 'utf8'));
    await put(spoilt);
    const { store, errors } = opened();
    expect(await store.load()).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(await readdir(join(folder, 'var'))).toEqual(['registrations.unreadable']);
    expect(await readFile(`${path}.unreadable`, 'utf8')).toBe(spoilt);
    store.changed(() => [binding()]);
    await store.close();
    expect(await opened().store.load()).toEqual([binding()]);
  });

  test.each([
    ['no list', { extension: '101' }],
    ['null', null],
    ['a number', 1],
    ['a list of something else', ['101']],
    ['a field too few', [{ ...binding(), callId: undefined }]],
    ['a field too many', [{ ...binding(), password: 'x' }]],
    ['a text that is none', [{ ...binding(), contact: { toString: 1 } }]],
    ['a null for a text', [{ ...binding(), nextHop: null }]],
    ['a preference beyond 1', [binding({ q: 2 })]],
    ['a fraction in a row', [binding({ cseq: 1.5 })]],
    ['an instant that is a text', [{ ...binding(), expiresAt: '2999-01-01' }]],
  ])('that are sealed, and have another shape, are put aside: %s', async (_, value) => {
    await put(seal(format, value));
    const { store, errors } = opened();
    expect(await store.load()).toEqual([]);
    expect([errors.length, await readdir(join(folder, 'var'))]).toEqual([1, ['registrations.unreadable']]);
  });

  test('an instant beyond all numbers is none', async () => {
    const body = JSON.stringify([binding({ expiresAt: 7 })]).replace('"expiresAt":7', '"expiresAt":1e999');
    expect(JSON.parse(body)[0].expiresAt).toBe(Number.POSITIVE_INFINITY);
    await put(`${format} ${contentHash(body)}\n${body}\n`);
    expect(await opened().store.load()).toEqual([]);
  });

  test('a folder in the place of the file stops nothing', async () => {
    await mkdir(path, { recursive: true });
    const { store, errors } = opened();
    expect(await store.load()).toEqual([]);
    expect([errors.length, await readdir(join(folder, 'var'))]).toEqual([1, ['registrations.unreadable']]);
  });

  test('what a process left that died while it wrote is nothing', async () => {
    await written([binding()]);
    await writeFile(`${path}.new`, 'half');
    expect(await opened().store.load()).toEqual([binding()]);
    await written([binding({ cseq: 2 })]);
    expect(await opened().store.load()).toEqual([binding({ cseq: 2 })]);
    expect(await readdir(join(folder, 'var'))).toEqual(['registrations']);
  });

  test('a disk that refuses is told of once, and what was refused is written when it takes it', async () => {
    await writeFile(join(folder, 'var'), 'in the way');
    const { store, errors } = opened();
    store.changed(() => [binding()]);
    await store.close();
    await store.close();
    expect(errors).toEqual(['registrations cannot be written down']);
    await rm(join(folder, 'var'));
    await store.close();
    expect(await opened().store.load()).toEqual([binding()]);
  });
});
