import { describe, expect, it } from 'vitest';
import { looksLikeRtcp, RtpView, sequenceStep, writeHeader } from '../../../../src/embedded/rtp/wire/rtpPacket.ts';

const bytes = (...parts: (number | readonly number[])[]): Buffer => Buffer.from(parts.flat());
const fixed = [0x12, 0x34, 0x81, 0x02, 0x03, 0x04, 0xf1, 0x12, 0x13, 0x14];

describe('an RTP packet', () => {
  it('says what stands in its header', () => {
    const view = new RtpView();
    expect(view.read(bytes(0x80, 0x88, fixed, [1, 2, 3]))).toBe(true);
    expect(view).toMatchObject({ marker: true, payloadType: 8, sequence: 0x1234, start: 12, end: 15 });
    expect([view.timestamp, view.ssrc]).toEqual([0x81020304 | 0, 0xf1121314 | 0]);
    expect(view.read(bytes(0x80, 0x08, fixed))).toBe(true);
    expect(view).toMatchObject({ marker: false, start: 12, end: 12 });
  });

  it('is written as it is read', () => {
    const packet = Buffer.alloc(20, 0xee);
    writeHeader(packet, 4, true, 101, 0xffff, -2, -3);
    const view = new RtpView();
    expect(view.read(packet.subarray(4))).toBe(true);
    expect(view).toMatchObject({ marker: true, payloadType: 101, sequence: 0xffff, timestamp: -2, ssrc: -3 });
    expect([...packet.subarray(0, 4), ...packet.subarray(16)]).toEqual(Array(8).fill(0xee));
  });

  it.each([
    ['contributing sources', bytes(0x82, 8, fixed, Array(8).fill(9), [1, 2]), 20, 22],
    ['an extension', bytes(0x90, 8, fixed, [0xbe, 0xde, 0, 1, 9, 9, 9, 9], [1, 2]), 20, 22],
    ['an empty extension', bytes(0x90, 8, fixed, [0xbe, 0xde, 0, 0], [1, 2]), 16, 18],
    ['padding', bytes(0xa0, 8, fixed, [1, 2], [0, 0, 3]), 12, 14],
    ['all of them', bytes(0xb1, 8, fixed, Array(4).fill(9), [0, 0, 0, 0], [1], [1]), 20, 21],
  ])('has its payload after %s', (_, packet, start, end) => {
    const view = new RtpView();
    expect(view.read(packet)).toBe(true);
    expect([view.start, view.end]).toEqual([start, end]);
  });

  it.each([
    ['empty', bytes()],
    ['too short', bytes(0x80, 8, fixed.slice(0, 9))],
    ['of another version', bytes(0x40, 8, fixed, [1])],
    ['a STUN request', bytes(0x00, 0x01, fixed, Array(8).fill(0))],
    ['cut off in its contributing sources', bytes(0x8f, 8, fixed, [1, 2, 3])],
    ['cut off in its extension', bytes(0x90, 8, fixed, [0xbe, 0xde, 0, 9, 1])],
    ['cut off before its extension', bytes(0x90, 8, fixed, [0xbe])],
    ['padded with nothing', bytes(0xa0, 8, fixed, [1, 0])],
    ['padded with more than there is', bytes(0xa0, 8, fixed, [1, 9])],
    ['longer than any sane one', bytes(0x80, 8, fixed, Array(1601).fill(1))],
  ])('is refused when it is %s', (_, packet) => {
    expect(new RtpView().read(packet)).toBe(false);
  });

  it('is told from RTCP', () => {
    expect([199, 200, 201, 202, 203, 223].map(type => looksLikeRtcp(bytes(0x80, type)))).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
    expect([8, 136, 101, 229, 191, 224].some(type => looksLikeRtcp(bytes(0x80, type)))).toBe(false);
  });

  it('has sequence numbers that wrap', () => {
    expect(sequenceStep(65535, 0)).toBe(1);
    expect(sequenceStep(0, 65535)).toBe(-1);
    expect(sequenceStep(10, 10)).toBe(0);
    expect(sequenceStep(0, 32767)).toBe(32767);
    expect(sequenceStep(0, 32768)).toBe(-32768);
  });
});
