import { hostileTexts } from '../hostileTexts.ts';

/** A text as it goes over the wire, in latin1: what is no text at all (a lone surrogate) has bytes all the same. */
export const hostileBytes: readonly string[] = [
  ...hostileTexts.map(text => Buffer.from(text, 'utf8').toString('latin1')),
  // The lone surrogate as CESU-8 has it, an overlong slash, a byte that begins nothing, NUL, DEL, a bare CR.
  ...['\xed\xa0\x80', '\xc0\xaf', '\xff', 'a\0b', 'a\x7fb', 'a\rX-Injected: 1'],
];

/** Within quotes, so that it is one quoted string whatever it is (RFC 3261, §25.1). */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** As the user part of a URI, or a header field in one: every byte escaped. */
export const escaped = (text: string): string =>
  [...Buffer.from(text, 'latin1')].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
