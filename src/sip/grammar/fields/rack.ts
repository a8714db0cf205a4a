import type { Result } from '../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';
import { type CSeq, readCSeq, serializeCSeq, skipGap } from './cseq.ts';

/** RFC 3262, §7.2. */
export interface RAck extends CSeq {
  readonly rseq: number;
}

export function parseRAck(value: string): Result<RAck, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  const rseq = scanner.integer('the response number', 2 ** 32 - 1);
  skipGap(scanner);
  return scanner.finish({ rseq, ...readCSeq(scanner) });
}

export const serializeRAck = (rack: RAck): string => `${rack.rseq} ${serializeCSeq(rack)}`;
