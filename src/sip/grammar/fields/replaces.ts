import { fail, ok, type Result } from '../../../base/result.ts';
import { forbiddenAt, isSpace } from '../characters.ts';
import type { FieldFault } from '../fault.ts';
import { Scanner } from '../scanner.ts';
import { hasParam, type Params, param, readParams, showParams, withoutParam } from './params.ts';

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
export function parseReplaces(value: string): Result<Replaces, FieldFault> {
  const scanner = new Scanner(value);
  scanner.skipSpace();
  const start = scanner.at;
  while (!scanner.ended && scanner.peek() !== 0x3b && !isSpace(scanner.peek())) scanner.at++;
  const callId = value.slice(start, scanner.at);
  if (callId === '') scanner.wrong('the Call-ID is missing');
  if (forbiddenAt(callId) !== -1) scanner.wrong('the Call-ID has a forbidden character', start);
  const read = scanner.finish(readParams(scanner));
  if (!read.ok) return read;
  const toTag = param(read.value, 'to-tag');
  const fromTag = param(read.value, 'from-tag');
  if (toTag == null || fromTag == null) return fail({ detail: 'to-tag and from-tag are needed', at: value.length });
  return ok({
    callId,
    toTag,
    fromTag,
    earlyOnly: hasParam(read.value, 'early-only'),
    params: withoutParam(read.value, 'to-tag', 'from-tag', 'early-only'),
  });
}

export function serializeReplaces(replaces: Replaces): string {
  const early = replaces.earlyOnly ? ';early-only' : '';
  return `${replaces.callId};to-tag=${replaces.toTag};from-tag=${replaces.fromTag}${early}${showParams(replaces.params)}`;
}
