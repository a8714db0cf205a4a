import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import type { Params } from './params.ts';

/** A token with parameters: Event, Subscription-State, Reason, Content-Disposition, Supported, Allow … */
export interface TokenField {
  /** As it came. */
  readonly token: string;
  readonly params: Params;
}

export declare function parseToken(value: string): Result<TokenField, FieldFault>;
export declare function serializeToken(field: TokenField): string;
