/** The secrets that servers ask us for: written in the settings, or in a file of their own. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import { fail, ok, type Result } from '../base/result.ts';

/** Of the programs as they are shipped, and of everybody's examples: whoever looks for open servers tries these first. */
const known: ReadonlySet<string> = new Set([
  'cymru',
  'cluecon',
  'jambonzr0ck$',
  'jambonzr0ck$$',
  'admin',
  'drachtio',
  'freeswitch',
  'secret',
  'password',
  'changeme',
  '1234',
]);

export const isKnownSecret = (secret: string): boolean => known.has(secret.toLowerCase());

/** What no protocol that we speak carries within a secret: it would end the command, or begin another one. */
export const hasControlCharacter = (secret: string): boolean =>
  [...secret].some(character => character < ' ' || character === '\u007f');

/** The secret that a file holds, without the line break at its end. The error says why there is none. */
export function readSecretFile(file: string): Result<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fail(`the secret cannot be read: ${messageOf(error)}`);
  }
  const secret = text.replace(/\r?\n$/, '');
  return secret === '' ? fail(`${file} is empty`) : ok(secret);
}
