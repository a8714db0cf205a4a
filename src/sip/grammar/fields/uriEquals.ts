import type { Param, Params } from './params.ts';
import { normalizeEscapes } from './text.ts';
import type { SipUri, TelUri, Uri } from './uri.ts';

/**
 * Equivalence (RFC 3261, §19.1.4; RFC 3966, §4): case, escapes, and which parameters count when only one of the two has
 * them. It is no equivalence relation: `a;x=1` equals `a`, `a` equals `a;x=2`, and the two are not equal.
 */
export function uriEquals(a: Uri, b: Uri): boolean {
  if (a.kind === 'sip' && b.kind === 'sip') return sipUriEquals(a, b);
  if (a.kind === 'tel' && b.kind === 'tel') return telUriEquals(a, b);
  return a.kind === 'other' && b.kind === 'other' && a.scheme === b.scheme && a.rest === b.rest;
}

/**
 * The canonical form of an address of record (RFC 3261, §10.3, step 5): no parameters, no headers, no password, escapes
 * resolved where that leaves a URI, host in lower case. Equal addresses of record have equal texts.
 */
export function canonicalAor(uri: SipUri): string {
  const user = uri.user === null ? '' : `${normalizeEscapes(uri.user)}@`;
  return `${uri.scheme}:${user}${uri.host.toLowerCase()}${uri.port === null ? '' : `:${uri.port}`}`;
}

function sipUriEquals(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    sameText(a.user, b.user) &&
    sameText(a.password, b.password) &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    a.port === b.port &&
    paramsAgree(a.params, b.params) &&
    sameHeaders(a.headers, b.headers)
  );
}

/**
 * A URI with one of these never equals one without, not even with its default value. `transport` stands in §19.1.4's
 * examples, not in its rules.
 */
const decisive = ['user', 'ttl', 'method', 'maddr', 'transport'];

/** What both have must agree; what one of them has may not be decisive. */
function paramsAgree(a: Params, b: Params): boolean {
  if (a.length === 0 && b.length === 0) return true;
  const left = byName(a);
  const right = byName(b);
  if (decisive.some(name => left.has(name) !== right.has(name))) return false;
  for (const [name, value] of left) if (right.has(name) && right.get(name) !== value) return false;
  return true;
}

/** Names and values in the form in which they compare; of those that come twice, the first counts. */
function byName(params: Params): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const { name, value } of params) {
    const key = normalizeEscapes(name).toLowerCase();
    if (!found.has(key)) found.set(key, value === null ? null : normalizeEscapes(value).toLowerCase());
  }
  return found;
}

/** Each header of the one has its match in the other, in whatever order: these are never ignored. */
const sameHeaders = (a: Params, b: Params): boolean => sameTexts(a.map(headerKey), b.map(headerKey));

function sameTexts(a: string[], b: string[]): boolean {
  if (a.length !== b.length) return false;
  a.sort();
  b.sort();
  return a.every((text, i) => text === b[i]);
}

const headerKey = ({ name, value }: Param): string =>
  `${normalizeEscapes(name).toLowerCase()}=${value === null ? '' : normalizeEscapes(value)}`;

/** Every parameter counts; visual separators do not (RFC 3966, §4). */
const telUriEquals = (a: TelUri, b: TelUri): boolean =>
  digitsOf(a.number) === digitsOf(b.number) && sameTexts(a.params.map(telKey), b.params.map(telKey));

const digitsOf = (number: string): string => number.replace(/[-.()]/g, '').toLowerCase();

/** The values of `ext`, and of a `phone-context` that begins with `+`, are numbers. */
function telKey({ name, value }: Param): string {
  const key = name.toLowerCase();
  if (value === null) return key;
  const text = normalizeEscapes(value).toLowerCase();
  const isNumber = key === 'ext' || (key === 'phone-context' && text.startsWith('+'));
  return `${key}=${isNumber ? digitsOf(text) : text}`;
}

const sameText = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && normalizeEscapes(a) === normalizeEscapes(b));
