import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import type { Params } from './params.ts';

/** Replaces (RFC 3891, §6.1) and Join (RFC 3911), as seen by whom it is sent to. */
export interface Replaces {
  readonly callId: string;
  /** The receiver's own tag. */
  readonly toTag: string;
  readonly fromTag: string;
  /** Only a dialog that is not confirmed yet. */
  readonly earlyOnly: boolean;
  /** All others. */
  readonly params: Params;
}

/** The header field's text: what came in a Refer-To is to be unescaped first (`unescapeUri`). */
export declare function parseReplaces(value: string): Result<Replaces, FieldFault>;
export declare function serializeReplaces(replaces: Replaces): string;
