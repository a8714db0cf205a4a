import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import type { Params } from './params.ts';

/** Max-Forwards, Expires, Min-Expires, RSeq, Content-Length: digits alone, from 0 to `most` (default 2^32 − 1). */
export declare function parseInteger(value: string, most?: number): Result<number, FieldFault>;

/** Session-Expires and Min-SE (RFC 4028, §4, §5). */
export interface SessionExpires {
  /** Seconds. */
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | null;
  readonly params: Params;
}
export declare function parseSessionExpires(value: string): Result<SessionExpires, FieldFault>;

/** RFC 3261, §20.33; the comment is left out. */
export interface RetryAfter {
  /** Seconds. */
  readonly seconds: number;
  readonly params: Params;
}
export declare function parseRetryAfter(value: string): Result<RetryAfter, FieldFault>;
