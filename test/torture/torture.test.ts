import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseVia } from '../../src/sip/grammar/fields/via.ts';
import { header } from '../../src/sip/grammar/headers.ts';
import { parseMessage } from '../../src/sip/grammar/parseMessage.ts';
import { serializeMessage } from '../../src/sip/grammar/serializeMessage.ts';
import { type Frame, StreamFramer } from '../../src/sip/grammar/streamFramer.ts';
import { judge, type Verdict } from '../../src/sip/grammar/verdict/judge.ts';
import { type Expectation, expectations } from './expectations.ts';
import { lines } from './messages/lines.ts';
import { ownMessages } from './own.ts';
import { inShort, userAgent } from './userAgent.ts';

const folder = process.env.KOZPONT_TORTURE;
const there = folder !== undefined && existsSync(folder);
const published = there ? readdirSync(folder).filter(file => file.endsWith('.dat')) : [];
const read = (file: string): Buffer => readFileSync(join(folder ?? '', file));
const nameOf = (file: string): string => file.slice(0, -'.dat'.length);

const why = there ? '' : ' (skipped: KOZPONT_TORTURE names no folder with them)';

describe('messages of our own, one for each of RFC 4475', () => {
  it('are there for each expectation', () => {
    expect(Object.keys(ownMessages).sort()).toEqual(Object.keys(expectations).sort());
    expect(Object.keys(expectations)).toHaveLength(49);
  });
  for (const [name, expectation] of Object.entries(expectations)) {
    holds(name, expectation, () => ownMessages[name] as Buffer);
  }
});

describe.skipIf(!there)(`the messages of RFC 4475${why}`, () => {
  it('are those that we have expectations for', () => {
    expect(published.map(nameOf).sort()).toEqual(Object.keys(expectations).sort());
  });
  for (const file of published) {
    const expectation = expectations[nameOf(file)];
    if (expectation !== undefined) holds(nameOf(file), expectation, () => finished(read(file)));
  }
  it.runIf(published.includes('baddn.dat'))('baddn as it is published, without the empty line, is refused too', () => {
    const verdict = judge(parseMessage(read('baddn.dat')), userAgent);
    expect(verdict).toMatchObject({ kind: 'refuse', status: 400 });
  });
});

/** The published file of baddn lacks the empty line, which is not what the message is about. */
const finished = (bytes: Buffer): Buffer =>
  bytes.includes('\r\n\r\n') ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')]);

function holds(name: string, expectation: Expectation, message: () => Buffer): void {
  describe(`${expectation.section} ${name}`, () => {
    it(`is ${expectation.verdict} in a datagram`, () => {
      const verdict = judge(parseMessage(message()), userAgent);
      expect(inShort(verdict)).toBe(expectation.verdict);
      canBeAnswered(verdict);
    });

    it('comes back from the serialiser as it was', () => {
      const first = parseMessage(message());
      if (!first.ok) return;
      const again = parseMessage(serializeMessage(first.value), { carriedBy: 'stream' });
      expect(again.ok).toBe(true);
      if (!again.ok) return;
      const added = header(first.value, 'Content-Length') === undefined;
      expect(added ? again.value.headers.slice(0, -1) : again.value.headers).toEqual(first.value.headers);
      expect({ ...again.value, headers: [] }).toEqual({ ...first.value, headers: [] });
    });

    it(`is ${expectation.stream} in a stream, however it is cut`, () => {
      const bytes = message();
      const following = lines(...healthy);
      const both = Buffer.concat([bytes, following]);
      const whole = framesOf(both, both.length);
      if (expectation.stream !== 'waits') expect(framesOf(both, 1).map(show)).toEqual(whole.map(show));
      for (const cut of [2, 3, 7, 64]) {
        expect(summary(framesOf(bytes, cut), expectation)).toEqual(inStream(expectation));
      }
      // What follows the published dblreq is another matter: its second message is longer than it says.
      if (expectation.stream === 'same') {
        expect(whole.at(-1)).toEqual({ kind: 'message', bytes: following });
        expect(summary(whole.slice(0, -1), expectation)).toEqual(inStream(expectation));
      }
    });
  });
}

const healthy = [
  'OPTIONS sip:next@example.org SIP/2.0',
  'Via: SIP/2.0/TCP 203.0.113.9;branch=z9hG4bKnext',
  'From: <sip:zs@example.org>;tag=1',
  'To: <sip:next@example.org>',
  'Call-ID: next@example.org',
  'CSeq: 1 OPTIONS',
  'Content-Length: 0',
];

function framesOf(bytes: Buffer, cut: number): readonly Frame[] {
  const framer = new StreamFramer();
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += cut) frames.push(...framer.feed(bytes.subarray(at, at + cut)));
  return frames;
}

const show = (frame: Frame): string =>
  frame.kind + (frame.kind === 'ping' || frame.kind === 'pong' ? '' : frame.bytes.toString('latin1'));

/** What the frames come to: the verdict of each message, pings left out. */
function summary(frames: readonly Frame[], expectation: Expectation): readonly (string | number)[] {
  const verdicts: (string | number)[] = [];
  for (const frame of frames) {
    if (frame.kind === 'ping' || frame.kind === 'pong') continue;
    const parsed =
      frame.kind === 'message'
        ? parseMessage(frame.bytes, { carriedBy: 'stream' })
        : { ok: false as const, error: frame.error };
    const verdict = judge(parsed, userAgent);
    canBeAnswered(verdict);
    verdicts.push(inShort(verdict));
    if (frame.kind === 'broken') verdicts.push('broken');
  }
  return expectation.stream === 'two' ? verdicts.slice(0, 2) : verdicts;
}

function inStream({ stream, verdict }: Expectation): readonly (string | number)[] {
  switch (stream) {
    case 'same':
      return [verdict];
    case 'two':
      return [verdict, 'accept'];
    case 'waits':
      return [];
    case 'broken':
      return [typeof verdict === 'number' ? verdict : 400, 'broken'];
  }
}

/** A refusal can be built and sent: its Via says where to, and the response it makes can be read. */
function canBeAnswered(verdict: Verdict): void {
  if (verdict.kind !== 'refuse') return;
  const { request, status, reason } = verdict;
  expect(parseVia(header(request, 'Via') ?? '').ok).toBe(true);
  const copied = request.headers.filter(field => ['Via', 'From', 'To', 'Call-ID', 'CSeq'].includes(field.name));
  const headers = [...copied, ...verdict.headers];
  const bytes = serializeMessage({ kind: 'response', status, reason, headers, body: Buffer.alloc(0) });
  expect(parseMessage(bytes)).toMatchObject({ ok: true, value: { kind: 'response', status, reason } });
}
