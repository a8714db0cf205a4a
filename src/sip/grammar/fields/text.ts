import { isUtf8 } from 'node:buffer';
import { KozpontError } from '../../../base/errors.ts';
import { consistsOf, isEscape, isOf, URI_HEADER, USER } from '../characters.ts';

/** `text` as a quoted string. Throws `INVALID_SIP` where it has a line end, which nothing can carry. */
export function quote(text: string): string {
  let quoted = '"';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x0d || code === 0x0a) throw new KozpontError('INVALID_SIP', 'a quoted string cannot hold a line end');
    if (code === 0x22 || code === 0x5c || (code < 0x20 && code !== 0x09) || code === 0x7f) quoted += '\\';
    quoted += text[i];
  }
  return `${quoted}"`;
}

/** What a quoted string says; any other text as it is. */
export function unquote(value: string): string {
  if (value.length < 2 || value.charCodeAt(0) !== 0x22 || value.charCodeAt(value.length - 1) !== 0x22) return value;
  const inner = value.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let text = '';
  for (let i = 0; i < inner.length; i++) {
    if (inner.charCodeAt(i) === 0x5c) i++;
    text += inner[i] ?? '';
  }
  return text;
}

/**
 * Resolves `%hh`. What would give a control character, octets that are no UTF-8 and broken escapes stay as they are: the
 * result is safe to write into a header field.
 */
export function unescapeUri(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, run => {
    const octets = Buffer.from(run.replaceAll('%', ''), 'hex');
    if (!isUtf8(octets)) return run;
    let resolved = '';
    for (const character of octets.toString('utf8')) {
      const code = character.charCodeAt(0);
      resolved += code < 0x20 || (code >= 0x7f && code < 0xa0) ? escapeOctets(character) : character;
    }
    return resolved;
  });
}

/** Escapes what may not stand in the user part of a SIP URI. */
export const escapeUser = (text: string): string => escapeBut(text, code => code !== 0x23 && isOf(USER, code));

/** Escapes what may not stand in the value of a URI's header: for the Replaces of a Refer-To. */
export const escapeUriHeader = (text: string): string =>
  escapeBut(text, code => isOf(URI_HEADER, code) && !strictlyEscaped.has(code));

/** What the parser lets through in a URI's header, and we do not send. */
const strictlyEscaped = new Set([...';=,@#'].map(character => character.charCodeAt(0)));

function escapeBut(text: string, plain: (code: number) => boolean): string {
  let escaped = '';
  for (const character of text) {
    escaped += plain(character.charCodeAt(0)) ? character : escapeOctets(character);
  }
  return escaped;
}

function escapeOctets(character: string): string {
  let escaped = '';
  for (const octet of Buffer.from(character, 'utf8'))
    escaped += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  return escaped;
}

/**
 * Escapes brought into one form, for comparing (RFC 3261, §19.1.4): an escaped character that needs no escape is
 * resolved, the others have capital digits. Two texts that are equal in this form mean the same, and only they.
 */
export function normalizeEscapes(text: string): string {
  if (!text.includes('%')) return text;
  let normal = '';
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== 0x25 || !isEscape(text, i)) {
      normal += text[i];
      continue;
    }
    const digits = text.slice(i + 1, i + 3);
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    normal += isUnreserved(character) ? character : `%${digits.toUpperCase()}`;
    i += 2;
  }
  return normal;
}

const reservedInUser = '&=+$,;?/#';
const isUnreserved = (character: string): boolean => !reservedInUser.includes(character) && consistsOf(USER, character);
