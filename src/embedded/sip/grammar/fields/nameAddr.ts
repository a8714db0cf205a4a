import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import type { Params } from './params.ts';
import type { Uri } from './uri.ts';

/** From, To, Contact, Route, Record-Route, Path, Refer-To, Referred-By, P-Asserted-Identity … (RFC 3261, §20.10). */
export interface NameAddr {
  /** Without its quotes and escapes; null where there is none. */
  readonly display: string | null;
  readonly uri: Uri;
  /** The header field's parameters: without angle brackets, everything behind a `;` is one of these (RFC 3261, §20). */
  readonly params: Params;
}

export declare function parseNameAddr(value: string): Result<NameAddr, FieldFault>;
/** As `parseNameAddr`, and `*` (RFC 3261, §10.2.2). */
export declare function parseContact(value: string): Result<NameAddr | '*', FieldFault>;
/** Always with angle brackets; the display name quoted. */
export declare function serializeNameAddr(address: NameAddr): string;
/** The `tag` of a From or To. */
export declare function tagOf(address: NameAddr): string | undefined;
