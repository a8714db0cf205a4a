import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';

/** RFC 3261, §20.16. */
export interface CSeq {
  /** Below 2^31. */
  readonly sequence: number;
  readonly method: string;
}

export declare function parseCSeq(value: string): Result<CSeq, FieldFault>;
export declare function serializeCSeq(cseq: CSeq): string;
