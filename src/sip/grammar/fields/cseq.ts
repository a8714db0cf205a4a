import type { Result } from '../../../base/result.ts';
import { isSpace } from '../characters.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';

/** RFC 3261, §20.16. */
export interface CSeq {
  /** Below 2^31. */
  readonly sequence: number;
  readonly method: string;
}

export function parseCSeq(value: string): Result<CSeq, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  return scanner.finish(readCSeq(scanner));
}

export const serializeCSeq = (cseq: CSeq): string => `${cseq.sequence} ${cseq.method}`;

/** `sequence method` */
export function readCSeq(scanner: Scanner): CSeq {
  const sequence = scanner.integer('the sequence number', 2 ** 31 - 1);
  skipGap(scanner);
  return { sequence, method: scanner.token('the method') };
}

/** White space that must be there. */
export function skipGap(scanner: Scanner): void {
  if (!isSpace(scanner.peek())) scanner.wrong('white space is missing behind the number');
  scanner.skipSpace();
}
