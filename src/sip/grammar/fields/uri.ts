import { isIPv6 } from 'node:net';
import { fail, ok, type Result } from '../../../base/result.ts';
import { HOST, isEscape, isOf, PASSWORD, URI_HEADER, URI_PARAM, USER } from '../characters.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';
import { noParams, type Param, type Params, showParams } from './params.ts';
import { normalizeEscapes } from './text.ts';

export { canonicalAor, uriEquals } from './uriEquals.ts';

export type Uri = SipUri | TelUri | OtherUri;

/** RFC 3261, §19.1.1. Escapes stay as they came; `unescapeUri` resolves them. */
export interface SipUri {
  readonly kind: 'sip';
  /** Lower case. */
  readonly scheme: 'sip' | 'sips';
  readonly user: string | null;
  readonly password: string | null;
  /** As it came; an IPv6 address in its brackets. */
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
  readonly headers: Params;
}

/** RFC 3966. */
export interface TelUri {
  readonly kind: 'tel';
  /** As it came, visual separators included, and escapes: no URI can have the `#` of a code otherwise. */
  readonly number: string;
  readonly params: Params;
}

export interface OtherUri {
  readonly kind: 'other';
  /** Lower case. */
  readonly scheme: string;
  readonly rest: string;
}

export function parseUri(text: string): Result<Uri, FieldFault> {
  const colon = text.indexOf(':');
  const scheme = colon > 0 ? text.slice(0, colon).toLowerCase() : '';
  if (!isScheme(scheme)) return fail({ detail: 'the URI has no scheme', at: 0 });
  const scanner = new Scanner(text);
  scanner.at = colon + 1;
  if (scheme === 'sip' || scheme === 'sips') return finish(scanner, readSipUri(scanner, scheme));
  if (scheme === 'tel') return finish(scanner, readTelUri(scanner));
  return finish(scanner, readOtherUri(scanner, scheme));
}

/** `parseUri` that takes SIP and SIPS only. */
export function parseSipUri(text: string): Result<SipUri, FieldFault> {
  const parsed = parseUri(text);
  if (!parsed.ok) return parsed;
  return parsed.value.kind === 'sip' ? ok(parsed.value) : fail({ detail: 'not a SIP or SIPS URI', at: 0 });
}

/** The text that was parsed, but for the case of the scheme, zeros that lead the port, and needless escapes in the names of parameters. */
export function serializeUri(uri: Uri): string {
  switch (uri.kind) {
    case 'sip': {
      const password = uri.password === null ? '' : `:${uri.password}`;
      const user = uri.user === null ? '' : `${uri.user}${password}@`;
      const port = uri.port === null ? '' : `:${uri.port}`;
      const headers = uri.headers.length === 0 ? '' : `?${showParams(uri.headers, '&').slice(1)}`;
      return `${uri.scheme}:${user}${uri.host}${port}${showParams(uri.params)}${headers}`;
    }
    case 'tel':
      return `tel:${uri.number}${showParams(uri.params)}`;
    case 'other':
      return `${uri.scheme}:${uri.rest}`;
  }
}

/** A URI is one word: no white space is left over at its end. */
function finish<T>(scanner: Scanner, uri: T): Result<T, FieldFault> {
  if (scanner.fault === undefined && !scanner.ended) scanner.wrong('a character may not stand here in a URI');
  return scanner.fault === undefined ? ok(uri) : fail(scanner.fault);
}

function readSipUri(scanner: Scanner, scheme: 'sip' | 'sips'): SipUri {
  let user: string | null = null;
  let password: string | null = null;
  // The user part may hold `;`, `?` and `/`, but nothing before the first `@` is anything else than user and password.
  if (scanner.text.includes('@', scanner.at)) {
    user = readEscaped(scanner, USER);
    if (user === '') scanner.wrong('the user part is empty');
    if (scanner.take(0x3a)) password = readEscaped(scanner, PASSWORD);
    if (!scanner.take(0x40)) scanner.wrong('a character may not stand here in the user part');
  }
  const host = readHost(scanner);
  const port = scanner.take(0x3a) ? scanner.integer('the port', 65_535) : null;
  const params = readPairs(scanner, 0x3b, 0x3b, URI_PARAM);
  const headers = readPairs(scanner, 0x3f, 0x26, URI_HEADER);
  return { kind: 'sip', scheme, user, password, host, port, params, headers };
}

function readTelUri(scanner: Scanner): TelUri {
  const start = scanner.at;
  for (; !scanner.ended; scanner.at++) {
    if (scanner.peek() === 0x25 && isEscape(scanner.text, scanner.at)) scanner.at += 2;
    else if (!telCharacters.includes(scanner.text.charAt(scanner.at))) break;
  }
  const number = scanner.text.slice(start, scanner.at);
  if (!/[0-9A-Fa-f*#]/.test(number)) scanner.wrong('the telephone number has no digit', start);
  return { kind: 'tel', number, params: readPairs(scanner, 0x3b, 0x3b, URI_PARAM) };
}

/** Digits, those of the keypad's fourth column, and visual separators (RFC 3966, §3). */
const telCharacters = '+0123456789ABCDEFabcdef*#-.()';

function readOtherUri(scanner: Scanner, scheme: string): OtherUri {
  const rest = scanner.text.slice(scanner.at);
  if (rest === '') scanner.wrong('the URI ends behind its scheme');
  for (; !scanner.ended; scanner.at++) {
    const code = scanner.peek();
    if (code <= 0x20 || code === 0x7f || code === 0x22 || code === 0x3c || code === 0x3e) break;
  }
  return { kind: 'other', scheme, rest };
}

/** RFC 3261's grammar writes three colons before an IPv4 address, where two are meant (RFC 5118, §4.10). */
const threeColons = /:::(?=[0-9]{1,3}\.[0-9.]{5,11}$)/;

/**
 * A host by its syntax: letters, digits, `-`, `.` and `_`, or an IPv6 address in brackets, whose three colons become two.
 */
export function readHost(scanner: Scanner): string {
  const start = scanner.at;
  if (scanner.take(0x5b)) {
    const end = scanner.text.indexOf(']', scanner.at);
    const address = end === -1 ? '' : scanner.text.slice(scanner.at, end).replace(threeColons, '::');
    if (!isIPv6(address) || address.includes('%')) {
      scanner.wrong('not an IPv6 address', start);
      return '';
    }
    scanner.at = end + 1;
    return `[${address}]`;
  }
  const host = scanner.run(HOST);
  const first = host.charCodeAt(0);
  if (host === '' || first === 0x2d || first === 0x2e) scanner.wrong('the host is missing or malformed', start);
  return host;
}

/** `;name=value;flag` and `?name=value&name=value`; the first is led in by `lead`, the others by `separator`. */
function readPairs(scanner: Scanner, lead: number, separator: number, bit: number): Params {
  if (scanner.peek() !== lead) return noParams;
  const pairs: Param[] = [];
  for (let next = lead; scanner.take(next); next = separator) {
    // `%6C%72` is `lr` (RFC 4475, §3.1.1.3).
    const name = normalizeEscapes(readEscaped(scanner, bit, 0x3d));
    if (name === '') {
      scanner.wrong('a parameter has no name');
      break;
    }
    const hasValue = scanner.take(0x3d);
    pairs.push({ name, value: hasValue ? readEscaped(scanner, bit) : null });
  }
  return pairs;
}

/**
 * Characters of the class and `%hh`, up to the first that is neither, or is `stop`. Characters beyond ASCII are none of
 * SIP's in a URI, but phones send them as they are, and nothing is gained by turning their callers away.
 */
function readEscaped(scanner: Scanner, bit: number, stop = -1): string {
  const { text } = scanner;
  const start = scanner.at;
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === stop) break;
    if (code === 0x25 && isEscape(text, at)) at += 2;
    else if (!isOf(bit, code) && code < 0xa0) break;
  }
  scanner.at = at;
  return text.slice(start, at);
}

function isScheme(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*$/.test(text);
}
