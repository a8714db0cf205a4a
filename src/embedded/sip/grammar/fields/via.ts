import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import type { Params } from './params.ts';

/** RFC 3261, §20.42; always of SIP/2.0. */
export interface Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, `WS`, or what else came. */
  readonly transport: string;
  /** As it came; an IPv6 address in its brackets. */
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
}

export declare function parseVia(value: string): Result<Via, FieldFault>;
export declare function serializeVia(via: Via): string;
/** The branch, if it is a transaction id: begins with `z9hG4bK` and goes on (RFC 3261, §8.1.1.7; RFC 4475, §3.2.1). */
export declare function transactionBranch(via: Via): string | undefined;
