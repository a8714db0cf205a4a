import { type Param, type Params, param, sameName } from './params.ts';
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
    paramsAgree(b.params, a.params) &&
    sameHeaders(a.headers, b.headers)
  );
}

/**
 * A URI with one of these never equals one without, not even with its default value. `transport` stands in §19.1.4's
 * examples, not in its rules.
 */
const decisive = new Set(['user', 'ttl', 'method', 'maddr', 'transport']);

/** Whether `b` has nothing against the parameters of `a`. */
function paramsAgree(a: Params, b: Params): boolean {
  return a.every(one => {
    const other = param(b, one.name);
    return other === undefined ? !decisive.has(one.name.toLowerCase()) : sameIgnoringCase(one.value, other);
  });
}

/** Each header of the one has its match in the other, in whatever order: these are never ignored. */
function sameHeaders(a: Params, b: Params): boolean {
  if (a.length !== b.length) return false;
  const left = a.map(headerKey).sort();
  const right = b.map(headerKey).sort();
  return left.every((key, i) => key === right[i]);
}

const headerKey = ({ name, value }: Param): string =>
  `${normalizeEscapes(name).toLowerCase()}=${value === null ? '' : normalizeEscapes(value)}`;

/** Every parameter counts; visual separators do not (RFC 3966, §4). */
function telUriEquals(a: TelUri, b: TelUri): boolean {
  return (
    digitsOf(a.number) === digitsOf(b.number) &&
    a.params.length === b.params.length &&
    a.params.every(one => b.params.some(other => sameName(one.name, other.name) && sameTelValue(one, other)))
  );
}

const digitsOf = (number: string): string => number.replace(/[-.()]/g, '').toLowerCase();

/** `ext` and a `phone-context` that begins with `+` are numbers. */
const sameTelValue = (a: Param, b: Param): boolean =>
  a.value === null || b.value === null
    ? a.value === b.value
    : digitsOf(normalizeEscapes(a.value)) === digitsOf(normalizeEscapes(b.value));

const sameText = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && normalizeEscapes(a) === normalizeEscapes(b));

const sameIgnoringCase = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && normalizeEscapes(a).toLowerCase() === normalizeEscapes(b).toLowerCase());
