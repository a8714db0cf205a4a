import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import type { Params } from './params.ts';

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
  /** As it came, visual separators included. */
  readonly number: string;
  readonly params: Params;
}

export interface OtherUri {
  readonly kind: 'other';
  /** Lower case. */
  readonly scheme: string;
  readonly rest: string;
}

export declare function parseUri(text: string): Result<Uri, FieldFault>;
/** `parseUri` that takes SIP and SIPS only. */
export declare function parseSipUri(text: string): Result<SipUri, FieldFault>;
/** The text that was parsed, but for the case of the scheme. */
export declare function serializeUri(uri: Uri): string;
/** Equivalence as RFC 3261, §19.1.4 defines it: case, escapes, and which parameters count when only one of the two has them. */
export declare function uriEquals(a: Uri, b: Uri): boolean;
/** The canonical form of an address of record (RFC 3261, §10.3, step 5): no parameters, no headers, no password, escapes resolved, host in lower case. */
export declare function canonicalAor(uri: SipUri): string;
