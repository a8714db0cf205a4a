import type { Result } from '../../../../base/result.ts';
import type { FieldFault } from '../fault.ts';

/** RFC 3262, §7.2. */
export interface RAck {
  readonly rseq: number;
  readonly sequence: number;
  readonly method: string;
}

export declare function parseRAck(value: string): Result<RAck, FieldFault>;
