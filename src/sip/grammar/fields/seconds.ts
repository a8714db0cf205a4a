import type { Result } from '../../../base/result.ts';
import { endOfComment } from '../delimited.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';

import { type Params, param, readParams } from './params.ts';

const longest = 2 ** 32 - 1;

/** Session-Expires and Min-SE (RFC 4028, §4, §5). */
export interface SessionExpires {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | null;
  readonly params: Params;
}

export function parseSessionExpires(value: string): Result<SessionExpires, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  const seconds = scanner.integer('the interval', longest);
  const params = readParams(scanner);
  const refresher = param(params, 'refresher')?.toLowerCase();
  return scanner.finish({ seconds, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : null, params });
}

/** RFC 3261, §20.33; the comment is left out. */
export interface RetryAfter {
  readonly seconds: number;
  readonly params: Params;
}

export function parseRetryAfter(value: string): Result<RetryAfter, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  const seconds = scanner.integer('the delay', longest);
  skipComment(scanner);
  return scanner.finish({ seconds, params: readParams(scanner) });
}

function skipComment(scanner: Scanner): void {
  scanner.skipSpace();
  if (scanner.peek() !== 0x28) return;
  const end = endOfComment(scanner.text, scanner.at);
  if (end === -1) scanner.wrong('a comment does not end');
  else scanner.at = end;
}
