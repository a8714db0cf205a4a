import { fail, ok, type Result } from '../../../base/result.ts';
import { isToken, trimmed } from '../characters.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';
import { type Params, param, readParams, showParams } from './params.ts';
import { quote, unquote } from './text.ts';
import { parseUri, serializeUri, type Uri } from './uri.ts';

/** From, To, Contact, Route, Record-Route, Path, Refer-To, Referred-By, P-Asserted-Identity … (RFC 3261, §20.10). */
export interface NameAddr {
  /** Without its quotes and escapes; null where there is none. */
  readonly display: string | null;
  readonly uri: Uri;
  /** The header field's parameters: without angle brackets, everything behind a `;` is one of these (RFC 3261, §20). */
  readonly params: Params;
}

/**
 * More lenient than the grammar in one thing: a display name without quotes may have any characters but the separators
 * `" < > , ; \`, because phones send names with umlauts and parentheses that way.
 */
export function parseNameAddr(value: string): Result<NameAddr, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  let display: string | null = null;
  if (scanner.peek() === 0x22) {
    display = unquote(scanner.quoted());
    scanner.skipSpace();
    if (scanner.peek() !== 0x3c) scanner.wrong('a display name without an address in angle brackets');
  } else {
    display = readBareDisplay(scanner);
  }
  if (scanner.fault !== undefined) return fail(scanner.fault);
  const start = scanner.peek() === 0x3c ? scanner.at + 1 : scanner.at;
  const text = start > scanner.at ? readBracketed(scanner) : readBareAddress(scanner);
  if (scanner.fault !== undefined) return fail(scanner.fault);
  const uri = parseUri(text);
  if (!uri.ok) return fail({ detail: uri.error.detail, at: start + uri.error.at });
  const params = readParams(scanner);
  return scanner.finish({ display, uri: uri.value, params });
}

/**
 * The From of somebody else, as far as it says anything: networks send display names with stray quotes and commas, and
 * addresses that are none. A dialog needs its tag, and nothing else of it: with a tag it is read, without a display name,
 * and without an address where there is none (`nobody`). RFC 4475, §3.1.2.6 and §3.1.2.15 leave it to us.
 */
export function parseFrom(value: string): Result<NameAddr, FieldFault> {
  const strict = parseNameAddr(value);
  if (strict.ok) return strict;
  const close = value.lastIndexOf('>');
  const open = close === -1 ? -1 : value.lastIndexOf('<', close);
  const end = open === -1 ? value.indexOf(';') : close + 1;
  if (end === -1) return strict;
  const tag = tagAmong(value.slice(end));
  if (tag === undefined) return strict;
  const text = open === -1 ? value.slice(0, end) : value.slice(open + 1, close);
  const uri = parseUri(trimmed(text, 0));
  return ok({ display: null, uri: uri.ok ? uri.value : nobody, params: [{ name: 'tag', value: tag }] });
}

const nobody: Uri = { kind: 'other', scheme: 'unknown', rest: '' };

/** Of parameters that may be anything else. */
function tagAmong(params: string): string | undefined {
  for (const one of params.split(';')) {
    const [name = '', value = ''] = one.split('=', 2);
    if (name.trim().toLowerCase() === 'tag' && isToken(value.trim())) return value.trim();
  }
  return undefined;
}

/** As `parseNameAddr`, and `*` (RFC 3261, §10.2.2). */
export function parseContact(value: string): Result<NameAddr | '*', FieldFault> {
  return value === '*' ? { ok: true, value } : parseNameAddr(value);
}

/**
 * As `parseNameAddr`; without angle brackets, all of it is the URI where that has header fields: phones forget the
 * brackets that a `?` needs (RFC 3261, §20) around the Replaces of a Refer-To.
 */
export const parseReferTo = (value: string): Result<NameAddr, FieldFault> =>
  /[<"]/.test(value) || !value.includes('?') ? parseNameAddr(value) : parseNameAddr(`<${value.trim()}>`);

/** Always with angle brackets; the display name quoted. Throws `INVALID_SIP` where the name has a line end. */
export function serializeNameAddr(address: NameAddr): string {
  const display = address.display === null ? '' : `${quote(address.display)} `;
  return `${display}<${serializeUri(address.uri)}>${showParams(address.params)}`;
}

/** The `tag` of a From or To. */
export const tagOf = (address: NameAddr): string | undefined => param(address.params, 'tag') ?? undefined;

/** Goes to the `<` if there is one before anything else that could not stand in a display name. */
function readBareDisplay(scanner: Scanner): string | null {
  for (let at = scanner.at; at < scanner.text.length; at++) {
    const code = scanner.text.charCodeAt(at);
    if (code === 0x3c) {
      const display = trimmed(scanner.text, scanner.at, at);
      scanner.at = at;
      return display === '' ? null : display;
    }
    if (code === 0x22 || code === 0x2c || code === 0x3b || code === 0x3e || code === 0x5c) break;
  }
  return null;
}

function readBracketed(scanner: Scanner): string {
  const end = scanner.text.indexOf('>', scanner.at);
  if (end === -1) {
    scanner.wrong('an angle bracket is not closed');
    return '';
  }
  const text = scanner.text.slice(scanner.at + 1, end);
  scanner.at = end + 1;
  return text;
}

/** Up to the first `;` or white space. A URI with `?` or a comma needs angle brackets (RFC 3261, §20). */
function readBareAddress(scanner: Scanner): string {
  const start = scanner.at;
  for (; !scanner.ended; scanner.at++) {
    const code = scanner.peek();
    if (code === 0x3b || code === 0x20 || code === 0x09) break;
    if (code === 0x3f || code === 0x2c) scanner.wrong('an address with `?` or a comma needs angle brackets');
  }
  return scanner.text.slice(start, scanner.at);
}
