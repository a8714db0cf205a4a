import type { Result } from '../../../base/result.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';

/** Max-Forwards, Expires, Min-Expires, RSeq, Content-Length: digits alone, from 0 to `most` (default 2^32 − 1). */
export function parseInteger(value: string, most: number = 2 ** 32 - 1): Result<number, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  return scanner.finish(scanner.integer('the value', most));
}

export { parseRetryAfter, parseSessionExpires, type RetryAfter, type SessionExpires } from './seconds.ts';
