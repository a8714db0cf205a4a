import { fail, ok, type Result } from '../../base/result.ts';
import type { HeaderField, SipMessage } from '../message.ts';
import { answerable } from './answerable.ts';
import type { FaultAnswer, SipParseError, SipParseReason } from './fault.ts';
import { parseCSeq } from './fields/cseq.ts';
import { parseInteger } from './fields/integer.ts';
import { type Head, type HeadFault, readHead } from './head.ts';
import { defaultParseLimits, type ParseLimits } from './limits.ts';
import type { StartLine } from './startLine.ts';

export interface ParseOptions {
  /**
   * How the bytes came. In a datagram, bytes beyond Content-Length are discarded, and without the header field the body
   * goes on to the end; in a stream it is required (RFC 3261, §18.3). Default: datagram.
   */
  readonly carriedBy?: 'datagram' | 'stream';
  readonly limits?: ParseLimits;
}

/**
 * One message (RFC 3261, §7), structure only: what its header fields say is looked at by `judge` and the parsers of
 * `fields/`. Never throws. Header text that is no UTF-8 is read as ISO 8859-1, which older phones send.
 */
export function parseMessage(bytes: Buffer, options: ParseOptions = {}): Result<SipMessage, SipParseError> {
  const head = readHead(bytes, options.limits ?? defaultParseLimits);
  if (head.fault !== undefined) return fail(explain(bytes, head, head.fault));
  const length = bodyLength(head, bytes.length - head.end, options.carriedBy ?? 'datagram');
  if (!length.ok) return fail(explain(bytes, head, length.error));
  return ok({
    ...(head.startLine as StartLine),
    headers: head.fields,
    body: bytes.subarray(head.end, head.end + length.value),
  });
}

/** `present`: the bytes that follow the header section. */
function bodyLength(head: Head, present: number, carriedBy: 'datagram' | 'stream'): Result<number, HeadFault> {
  const wrong = (reason: SipParseReason, detail: string, offset: number) => fail({ reason, detail, offset });
  if (head.contentLengthAt === -1) {
    return carriedBy === 'datagram'
      ? ok(present)
      : wrong('missingContentLength', 'a message in a stream needs a Content-Length', head.end - 2);
  }
  const text = head.fields.find(field => field.name === 'Content-Length')?.value ?? '';
  const length = parseInteger(text);
  if (!length.ok) return wrong('badContentLength', 'Content-Length is no number', head.contentLengthAt);
  return length.value <= present
    ? length
    : wrong('truncatedBody', 'the body is shorter than Content-Length says', head.contentLengthAt);
}

/** The fault as the world sees it; `bytes` are those that were parsed. */
export function explain(bytes: Buffer, head: Head, fault: HeadFault): SipParseError {
  const { reason, detail, offset } = fault;
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at++) {
    if (bytes[at] !== 0x0a) continue;
    lineStart = at + 1;
    line++;
  }
  const column = offset - lineStart + 1;
  const answer = answerTo(head, reason);
  return answer === undefined
    ? { reason, detail, offset, line, column }
    : { reason, detail, offset, line, column, answer };
}

/** Null: not a request, or nothing to answer. */
const answers: Readonly<Record<SipParseReason, { readonly status: number; readonly reason: string } | null>> = {
  messageTooLarge: { status: 513, reason: 'Message Too Large' },
  startLineTooLong: { status: 414, reason: 'Request-URI Too Long' },
  headerTooLong: { status: 400, reason: 'Header Field Too Long' },
  tooManyHeaders: { status: 400, reason: 'Too Many Header Fields' },
  emptyMessage: null,
  notSip: null,
  badVersion: { status: 505, reason: 'Version Not Supported' },
  badRequestLine: { status: 400, reason: 'Malformed Request-Line' },
  badStatusLine: null,
  badHeaderField: { status: 400, reason: 'Malformed Header Field' },
  forbiddenCharacter: { status: 400, reason: 'Control Character in Header Field' },
  unfinishedHeaders: { status: 400, reason: 'No Empty Line After Header Fields' },
  missingContentLength: { status: 400, reason: 'Missing Content-Length' },
  repeatedContentLength: { status: 400, reason: 'Repeated Content-Length' },
  badContentLength: { status: 400, reason: 'Malformed Content-Length' },
  truncatedBody: { status: 400, reason: 'Body Shorter Than Content-Length' },
};

function answerTo({ startLine, fields }: Head, reason: SipParseReason): FaultAnswer | undefined {
  const answer = answers[reason];
  const request = requestLine(startLine, reason, fields);
  if (answer === null || request === undefined) return undefined;
  const known = answerable(request.method, request.uri, fields);
  return known === undefined ? undefined : { ...answer, request: known };
}

/** As it was read; where bytes in front of the method spoil it, CSeq says which one was meant. */
function requestLine(
  startLine: StartLine | undefined,
  reason: SipParseReason,
  fields: readonly HeaderField[],
): { readonly method: string; readonly uri: string } | undefined {
  if (startLine !== undefined) return startLine.kind === 'request' ? startLine : undefined;
  if (reason !== 'badRequestLine') return undefined;
  const cseq = parseCSeq(fields.find(field => field.name === 'CSeq')?.value ?? '');
  return cseq.ok ? { method: cseq.value.method, uri: '' } : undefined;
}
