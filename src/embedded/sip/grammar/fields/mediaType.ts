import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import type { Params } from './params.ts';

/** Content-Type, or an element of Accept (RFC 3261, §20.1, §20.15). */
export interface MediaType {
  /** `application/sdp`, lower case; in Accept, `*` too. */
  readonly type: string;
  readonly params: Params;
}

export declare function parseMediaType(value: string): Result<MediaType, FieldFault>;
