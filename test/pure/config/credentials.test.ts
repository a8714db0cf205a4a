import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showDiagnostic } from '../../../src/base/yaml/diagnostic.ts';
import { type Credentials, openCredentials, randomPassword } from '../../../src/config/credentials.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-credentials-'));
  file = join(folder, 'var', 'credentials.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

async function opened(...extensions: string[]): Promise<Credentials> {
  const { value, diagnostics } = await openCredentials({ file, extensions });
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('not opened');
  return value;
}

async function refused(...extensions: string[]): Promise<string[]> {
  const { value, diagnostics } = await openCredentials({ file, extensions });
  expect(value).toBeUndefined();
  return diagnostics.map(showDiagnostic);
}

async function given(text: string, mode = 0o600): Promise<void> {
  await mkdir(join(folder, 'var'), { recursive: true });
  await writeFile(file, text, { mode });
  await chmod(file, mode);
}

describe('passwords', () => {
  it('are made at the first start, for the eyes of the owner alone', async () => {
    await expect(stat(file)).rejects.toThrow('ENOENT');
    const credentials = await opened('10', '0101');
    expect(credentials.added).toEqual(['10', '0101']);
    expect(credentials.passwordOf('10')).toMatch(/^[2-9a-z]{4}(-[2-9a-z]{4}){3}$/);
    expect(credentials.passwordOf('10')).not.toBe(credentials.passwordOf('0101'));
    expect(credentials.passwordOf('11')).toBeUndefined();
    expect(credentials.passwordOf('constructor')).toBeUndefined();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'var'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, 'var'))).toEqual(['credentials.yaml']);
  });

  it('are the same at the next start, and a new extension gets one of its own', async () => {
    const first = await opened('10');
    await writeFile(file, `${await readFile(file, 'utf8')}# a note of the operator\n`);
    const second = await opened('10', '11');
    expect(second.added).toEqual(['11']);
    expect(second.passwordOf('10')).toBe(first.passwordOf('10'));
    const text = await readFile(file, 'utf8');
    expect(text).toContain('# a note of the operator');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await opened('11')).passwordOf('11')).toBe(second.passwordOf('11'));
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('may be set by the operator, but not to something weak', async () => {
    await given('extensions:\n  "10": "battery horse: staple"\n');
    expect((await opened('10')).passwordOf('10')).toBe('battery horse: staple');
    await given('extensions:\n  "10": "1234"\n  "11": aaaaaaaaaaaaaa\n  "12": 123456789012\n');
    expect(await refused('10')).toEqual([
      `${file}:2:9 WRONG_VALUE extensions.10 is too short for a password: at least 12 characters`,
      `${file}:3:9 WRONG_VALUE extensions.11 is too easy to guess`,
      `${file}:4:9 WRONG_TYPE extensions.12 must be text (in quotes, where it looks like a number)`,
    ]);
  });

  it.each([0o640, 0o604, 0o660, 0o644])('are not taken from a file that others may read (mode %o)', async mode => {
    await given('extensions: { "10": battery-horse-staple }\n', mode);
    const shown = mode.toString(8);
    expect(await refused('10')).toEqual([
      `${file}:1:1 CREDENTIALS_EXPOSED the passwords of the extensions: others may read it (mode ${shown})\n    → chmod 600 ${file}`,
    ]);
  });

  it('are not overwritten where the file is broken', async () => {
    await given('extensions: { "10": [\n');
    expect((await refused('10'))[0]).toMatch(/YAML_SYNTAX/);
    expect(await readFile(file, 'utf8')).toBe('extensions: { "10": [\n');
  });

  it('cannot be read from what is no file, nor written where there is no folder', async () => {
    await mkdir(file, { recursive: true, mode: 0o700 });
    await chmod(file, 0o700);
    expect((await refused('10'))[0]).toMatch(/CREDENTIALS_UNREADABLE .*EISDIR/);
    await rm(join(folder, 'var'), { recursive: true });
    await writeFile(join(folder, 'var'), 'in the way');
    expect((await refused('10'))[0]).toMatch(/CREDENTIALS_UN(READABLE|WRITABLE) .*ENOTDIR/);
  });

  it('are agreed on by processes that start at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => opened('10', '11')));
    expect(new Set(all.map(credentials => credentials.passwordOf('10'))).size).toBe(1);
    expect(await readFile(file, 'utf8')).toContain(all[0]?.passwordOf('10'));
    expect(await readdir(join(folder, 'var'))).toEqual(['credentials.yaml']);
  });

  it('differ, and use every character of their alphabet', () => {
    const drawn = Array.from({ length: 500 }, randomPassword);
    expect(new Set(drawn).size).toBe(500);
    expect(new Set(drawn.join('')).size).toBe(32);
  });
});
