/** Digits by SIP INFO: no RFC has them, and every phone sends them. */

/** What the body of an INFO says. `none`: nothing that is a key (a hook flash, no body). */
export type InfoDigit =
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' };

const plain = /^[0-9*#A-D]$/;
/** `Signal` counts on beyond 9, as the events of RFC 4733 do; 16 is a hook flash. */
const events = [...'0123456789*#ABCD'];
const flashes: readonly string[] = ['16', '!', 'HF', 'FLASH', 'HOOKFLASH', 'HOOK-FLASH'];

/** Bodies are short; what is longer is no digit. */
const longestBody = 1_024;

const types: readonly string[] = [
  'application/dtmf-relay',
  'application/dtmf',
  'application/vnd.nortelnetworks.digits',
  'application/hook-flash',
];

/** For an Accept of our 415. */
export const digitTypes = types.join(', ');
export const carriesDigits = (contentType: string): boolean => types.includes(contentType);

/**
 * Reads `Signal=5` and `Duration=160` (`application/dtmf-relay`), `s=5` and `d=160`, Nortel's `d=5`, or a digit alone, in
 * lines. However short a press is said to be, it is one.
 */
export const readDigit = (contentType: string, body: string): InfoDigit => {
  if (contentType === 'application/hook-flash') return { kind: 'none' };
  if (body.length > longestBody) return { kind: 'unreadable' };
  const lines = body.split(/[\r\n\0;]/).map(line => line.trim());
  const filled = lines.filter(line => line !== '');
  if (filled.length === 0) return contentType === '' ? { kind: 'none' } : { kind: 'unreadable' };
  const fields = new Map(filled.map(line => field(line)));
  const values = [...['signal', 'digit', 's', 'd'].map(name => fields.get(name)), filled[0]];
  const text = values.find(isKey) ?? values.find(value => value !== undefined) ?? '';
  if (flashes.includes(text.toUpperCase())) return { kind: 'none' };
  return isKey(text) ? { kind: 'digit', digit: digitOf(text) } : { kind: 'unreadable' };
};

/** The name in lower case; undefined where the line is none of a name and a value. */
const field = (line: string): [string | undefined, string] => {
  const at = line.indexOf('=');
  return at === -1 ? [undefined, line] : [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()];
};

const isKey = (text: string | undefined): text is string => text !== undefined && digitOf(text) !== '';

/** Empty where the text is no key. */
const digitOf = (text: string): string => {
  const key = text.toUpperCase();
  if (plain.test(key)) return key;
  return /^1[0-5]$/.test(key) ? (events[Number(key)] ?? '') : '';
};
