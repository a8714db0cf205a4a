import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compactNtp,
  decodeReport,
  encodeReport,
  type OutgoingReport,
} from '../../../../src/embedded/rtp/wire/rtcpPacket.ts';

const block = {
  ssrc: -559038737,
  fractionLost: 64,
  lost: -3,
  highestSequence: 0x0002ffff,
  jitter: 17,
  lastReport: 0xfedcba98,
  delay: 65536,
};
/** 2026-01-05 09:00:00.5 UTC. */
const at = Date.UTC(2026, 0, 5, 9) + 500;
const report: OutgoingReport = {
  ssrc: 0x01020304,
  sender: { at, timestamp: -5, packets: 100, octets: 16_000 },
  reception: block,
  cname: 'abc',
  bye: false,
};

describe('RTCP', () => {
  it('is a compound packet of report and description', () => {
    const packet = encodeReport(report);
    expect(packet.toString('hex').match(/.{8}/g)).toEqual([
      '81c8000c',
      '01020304',
      (Math.floor(at / 1000) + 2_208_988_800).toString(16),
      '80000000',
      'fffffffb',
      '00000064',
      '00003e80',
      'deadbeef',
      '40fffffd',
      '0002ffff',
      '00000011',
      'fedcba98',
      '00010000',
      '81ca0003',
      '01020304',
      '01036162',
      '63000000',
    ]);
  });

  it('is read as it was written', () => {
    expect(decodeReport(encodeReport(report))).toEqual({
      ssrc: 0x01020304,
      sentAt: compactNtp(at),
      blocks: [block],
      bye: false,
    });
  });

  it('reports what is received where nothing is sent, and says goodbye', () => {
    const packet = encodeReport({ ...report, sender: undefined, bye: true });
    expect(packet[1]).toBe(201);
    expect(packet.subarray(-8).toString('hex')).toBe('81cb000101020304');
    expect(decodeReport(packet)).toEqual({ ssrc: 0x01020304, sentAt: undefined, blocks: [block], bye: true });
    const empty = encodeReport({ ...report, sender: undefined, reception: undefined, bye: true });
    expect(decodeReport(empty)).toEqual({ ssrc: 0x01020304, sentAt: undefined, blocks: [], bye: true });
  });

  it.each(['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'x'.repeat(300)])('keeps its outline with the name %j', cname => {
    const packet = encodeReport({ ...report, cname, bye: true });
    expect(packet.length % 4).toBe(0);
    expect(decodeReport(packet)?.bye).toBe(true);
  });

  it('holds its counters to their width', () => {
    const packet = encodeReport({
      ...report,
      reception: { ...block, lost: 9e9, jitter: 9e12, highestSequence: 2 ** 32 + 1 },
    });
    expect(decodeReport(packet)?.blocks[0]).toMatchObject({ lost: 0x7fffff, jitter: 0xffffffff, highestSequence: 1 });
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['too short', Buffer.from('80c90001', 'hex')],
    ['of another version', Buffer.from('41c9000101020304', 'hex')],
    ['no report at its beginning', Buffer.from('81cb000101020304', 'hex')],
    ['longer than it is', Buffer.from('80c9000901020304', 'hex')],
    ['with blocks that are not there', Buffer.from('82c9000101020304', 'hex')],
    ['followed by rubbish', Buffer.concat([encodeReport(report), Buffer.from('00000000ffff', 'hex')])],
  ])('is refused when it is %s', (_, packet) => {
    expect(decodeReport(packet)).toBeUndefined();
  });

  it('is read or refused, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(60), (noise, cut) => {
        decodeReport(Buffer.from(noise));
        decodeReport(Buffer.from([0x81, 200, 0, 12, ...noise]));
        decodeReport(encodeReport(report).subarray(0, cut));
      }),
      { numRuns: 1000 },
    );
  });

  it('wraps its compact time', () => {
    expect(compactNtp(at + 250) - compactNtp(at)).toBe(16_384);
    const wrap = (65_536 - (2_208_988_800 % 65_536)) * 1000;
    expect(compactNtp(wrap)).toBe(0);
    expect(compactNtp(wrap - 1000)).toBe(65_535 * 65_536);
  });
});
