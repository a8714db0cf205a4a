import { expect } from 'vitest';
import { parseAuth } from '../../../src/sip/grammar/fields/auth.ts';
import { parseCSeq } from '../../../src/sip/grammar/fields/cseq.ts';
import { parseInteger } from '../../../src/sip/grammar/fields/integer.ts';
import { parseMediaType } from '../../../src/sip/grammar/fields/mediaType.ts';
import { parseContact, parseNameAddr, serializeNameAddr } from '../../../src/sip/grammar/fields/nameAddr.ts';
import { parseRAck } from '../../../src/sip/grammar/fields/rack.ts';
import { parseReplaces } from '../../../src/sip/grammar/fields/replaces.ts';
import { parseRetryAfter, parseSessionExpires } from '../../../src/sip/grammar/fields/seconds.ts';
import { unescapeUri } from '../../../src/sip/grammar/fields/text.ts';
import { parseToken } from '../../../src/sip/grammar/fields/token.ts';
import { parseUri, serializeUri, uriEquals } from '../../../src/sip/grammar/fields/uri.ts';
import { parseVia, repairVia, serializeVia } from '../../../src/sip/grammar/fields/via.ts';
import { header, withHeader } from '../../../src/sip/grammar/headers.ts';
import { parseMessage } from '../../../src/sip/grammar/parseMessage.ts';
import { serializeMessage } from '../../../src/sip/grammar/serializeMessage.ts';
import { StreamFramer } from '../../../src/sip/grammar/streamFramer.ts';
import { judge } from '../../../src/sip/grammar/verdict/judge.ts';
import type { SipMessage } from '../../../src/sip/message.ts';
import { userAgent } from '../../torture/userAgent.ts';
import { must } from '../must.ts';

/** What is written can be read, in a datagram and in a stream, and is what it was (but for the Content-Length that was missing). */
export function survivesTheWire(message: SipMessage): void {
  const bytes = serializeMessage(message);
  const sent =
    header(message, 'Content-Length') === undefined
      ? withHeader(message, 'Content-Length', String(message.body.length))
      : message;
  expect(must(parseMessage(bytes))).toEqual(sent);
  expect(must(parseMessage(bytes, { carriedBy: 'stream' }))).toEqual(sent);
}

/** Nothing throws, whatever came; and what could be read is read the same when it is written again. */
export function standsAnything(bytes: Buffer): void {
  for (const carriedBy of ['datagram', 'stream'] as const) {
    const parsed = parseMessage(bytes, { carriedBy });
    judge(parsed);
    const verdict = judge(parsed, userAgent);
    if (verdict.kind === 'refuse') {
      expect(parseVia(header(verdict.request, 'Via') ?? '').ok).toBe(true);
      const { status, reason, request } = verdict;
      const answer = { kind: 'response' as const, status, reason, headers: request.headers, body: Buffer.alloc(0) };
      expect(must(parseMessage(serializeMessage(answer)))).toMatchObject({ status, reason });
    }
    if (!parsed.ok) {
      expect(parsed.error.offset).toBeLessThanOrEqual(bytes.length);
      continue;
    }
    for (const field of parsed.value.headers) fieldStandsAnything(field.value);
    if (parsed.value.kind === 'request') fieldStandsAnything(parsed.value.uri);
    survivesTheWire(withHeader(parsed.value, 'Content-Length', String(parsed.value.body.length)));
  }
}

/** Every parser takes every text; what two of them read is written and read again as the same. */
export function fieldStandsAnything(value: string): void {
  for (const parse of [parseAuth, parseCSeq, parseInteger, parseMediaType, parseContact, parseRAck, parseReplaces])
    parse(value);
  for (const parse of [parseRetryAfter, parseSessionExpires, parseToken, repairVia, unescapeUri]) parse(value);
  const uri = parseUri(value);
  if (uri.ok) {
    expect(must(parseUri(serializeUri(uri.value)))).toEqual(uri.value);
    expect(uriEquals(uri.value, uri.value)).toBe(true);
  }
  const address = parseNameAddr(value);
  if (address.ok) expect(must(parseNameAddr(serializeNameAddr(address.value)))).toEqual(address.value);
  const via = parseVia(value);
  if (via.ok) expect(must(parseVia(serializeVia(via.value)))).toEqual(via.value);
}

/** A stream gives the same frames however it is cut; what they hold is never more than what came. */
export function framesTheSame(bytes: Buffer, cuts: readonly number[]): void {
  const whole = new StreamFramer();
  const expected = whole.feed(bytes);
  const framer = new StreamFramer();
  const frames = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length].map(one => Math.min(one, bytes.length)).sort((a, b) => a - b)) {
    frames.push(...framer.feed(bytes.subarray(from, cut)));
    from = cut;
  }
  expect(frames).toEqual(expected);
  expect([framer.pending, framer.broken]).toEqual([whole.pending, whole.broken]);
  for (const frame of frames) if (frame.kind === 'message') standsAnything(frame.bytes);
}
