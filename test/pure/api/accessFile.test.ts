import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newToken, readAccess, removeAccess, writeAccess } from '../../../src/api/accessFile.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-access-'));
  file = join(folder, 'var', 'api.json');
});
afterEach(() => rm(folder, { recursive: true }));

const access = { url: 'http://127.0.0.1:9060', token: newToken() };

test('what is written is read again, by its owner alone, and nothing else is left there', async () => {
  expect(access.token).toMatch(/^[0-9a-f]{48}$/);
  expect(newToken()).not.toBe(access.token);
  await writeAccess(file, { ...access, token: 'of the start before' });
  await writeAccess(file, access);
  expect(await readAccess(file)).toEqual(access);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'var'))).toEqual(['api.json']);
});

test('it is taken away at the end, but not from another one', async () => {
  await writeAccess(file, access);
  await removeAccess(file, { ...access, token: newToken() });
  expect(await readAccess(file)).toEqual(access);
  await removeAccess(file, access);
  expect(await readAccess(file)).toBeUndefined();
  await removeAccess(file, access);
});

test.each(['', '{', 'null', '{"url":"http://x"}', '{"url":"nowhere","token":"x"}', '{"url":3,"token":"x"}'])(
  '%j names no Kozpont',
  async text => {
    await writeFile(join(folder, 'api.json'), text);
    expect(await readAccess(join(folder, 'api.json'))).toBeUndefined();
  },
);
