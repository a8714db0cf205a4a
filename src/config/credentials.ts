/**
 * The passwords of the extensions, in a file of their own that only the owner can read. Each is drawn at random when
 * its extension is first seen; there is no default to be left in place.
 *
 * They are kept in the clear. Digest authentication (RFC 7616, RFC 8760) needs `H(user:realm:password)` for each
 * algorithm that is offered, and such a hash lets anyone in who reads it just as well as the password does; the
 * password itself works for MD5 and SHA-256, survives a change of the realm, and can be told to a new phone.
 */
import { randomInt } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Document, parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import { randomId } from '../base/ids.ts';
import type { Diagnostic } from '../base/yaml/diagnostic.ts';
import { readYaml } from '../base/yaml/document.ts';
import { type Checked, checkShape } from '../base/yaml/schema.ts';

export interface Credentials {
  /** Undefined for whatever is no extension of the dialplan. */
  passwordOf(extension: string): string | undefined;
  /** The extensions that were given a password just now. */
  readonly added: readonly string[];
}

export interface CredentialsOptions {
  readonly file: string;
  /** Of the dialplan. What the file has beyond them is kept there and not used. */
  readonly extensions: readonly string[];
}

const shortest = 12;

const header = ` Passwords of the extensions, made by Kozpont. Only the owner of this file may read it.
 Change one as you like (at least ${shortest} characters); a line that is taken out gets a new password at the next start.`;

const credentialsSchema = z.strictObject({
  extensions: z
    .record(
      z.string(),
      z
        .string()
        .min(shortest, { error: `is too short for a password: at least ${shortest} characters`, abort: true })
        .max(128)
        .refine(text => new Set(text).size >= 5, 'is too easy to guess')
        .refine(text => ![...text].some(isControl), 'has a control character in it'),
    )
    .default({}),
});

const isControl = (character: string): boolean => character < ' ' || character === '\u007f';

/**
 * Reads the passwords and adds those that are missing. Codes: `CREDENTIALS_UNREADABLE`, `CREDENTIALS_UNWRITABLE`,
 * `CREDENTIALS_EXPOSED` (others may read the file), and those of `readYaml` and `checkShape`.
 */
export async function openCredentials(options: CredentialsOptions): Promise<Checked<Credentials>> {
  const { file } = options;
  // A second round where another process has just made the file: its passwords are the ones that hold.
  for (let round = 0; ; round++) {
    const read = await readCredentials(file);
    if (read.value === undefined) return { diagnostics: read.diagnostics };
    const { passwords, text } = read.value;
    const added = options.extensions.filter(extension => !passwords.has(extension));
    for (const extension of added) passwords.set(extension, randomPassword());
    if (added.length > 0) {
      try {
        const written = await write(file, textWith(text ?? '', added, passwords), text === undefined);
        if (!written && round === 0) continue;
      } catch (error) {
        const remedy = 'make the state folder writable for the user that runs Kozpont';
        return { diagnostics: [complaint(file, 'CREDENTIALS_UNWRITABLE', messageOf(error), remedy)] };
      }
    }
    const known = new Map(options.extensions.map(extension => [extension, passwords.get(extension)]));
    return { value: { passwordOf: extension => known.get(extension), added }, diagnostics: read.diagnostics };
  }
}

/** The passwords of a file as it is: none is added. Codes: `FILE_UNREADABLE` where it is not there, else as above. */
export async function readPasswords(file: string): Promise<Checked<Pick<Credentials, 'passwordOf'>>> {
  const { value, diagnostics } = await readCredentials(file);
  if (value === undefined) return { diagnostics };
  if (value.text === undefined)
    return { diagnostics: [complaint(file, 'FILE_UNREADABLE', 'it is not there', 'give the file of the switchboard')] };
  return { value: { passwordOf: extension => value.passwords.get(extension) }, diagnostics };
}

interface Read {
  readonly passwords: Map<string, string>;
  /** Undefined where there is no file yet. */
  readonly text: string | undefined;
}

async function readCredentials(file: string): Promise<Checked<Read>> {
  let text: string;
  try {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(3, '0');
      return {
        diagnostics: [
          complaint(file, 'CREDENTIALS_EXPOSED', `others may read it (mode ${shown})`, `chmod 600 ${file}`),
        ],
      };
    }
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { value: { passwords: new Map(), text: undefined }, diagnostics: [] };
    }
    const remedy = 'make it readable for the user that runs Kozpont, or take it away: new passwords will be made';
    return { diagnostics: [complaint(file, 'CREDENTIALS_UNREADABLE', messageOf(error), remedy)] };
  }
  const reading = readYaml(file, text);
  if (reading.document === undefined) return { diagnostics: reading.diagnostics };
  const shape = checkShape(reading.document, credentialsSchema);
  if (shape.value === undefined) return { diagnostics: shape.diagnostics };
  return { value: { passwords: new Map(Object.entries(shape.value.extensions)), text }, diagnostics: [] };
}

/** Letters and digits that no eye takes for one another; lower case, so that a phone's keypad can type them. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';
const groups = 4;
const groupLength = 4;

/** 16 characters out of 31 in four groups: 79 bits. */
export function randomPassword(): string {
  const character = (): string => alphabet.charAt(randomInt(alphabet.length));
  const group = (): string => Array.from({ length: groupLength }, character).join('');
  return Array.from({ length: groups }, group).join('-');
}

/** The file as it was, comments and all, with the new lines. */
function textWith(text: string, added: readonly string[], passwords: ReadonlyMap<string, string>): string {
  let document: Document = parseDocument(text, { version: '1.2' });
  if (document.contents === null) {
    document = new Document({ extensions: {} });
    document.commentBefore = header;
  }
  for (const extension of added) document.setIn(['extensions', extension], passwords.get(extension));
  return document.toString();
}

/** The whole file or nothing, mode 0600 from its first byte. False where a new file was to be made and one is there. */
async function write(file: string, text: string, isNew: boolean): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomId()}.new`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!isNew) await rename(draft, file);
    else {
      try {
        await link(draft, file);
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
        throw error;
      }
    }
    return true;
  } finally {
    await rm(draft, { force: true });
  }
}

const complaint = (file: string, code: string, message: string, remedy: string): Diagnostic => ({
  severity: 'error',
  code,
  message: `the passwords of the extensions: ${message}`,
  remedy,
  at: { file, line: 1, col: 1 },
});
