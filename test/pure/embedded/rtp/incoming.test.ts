import { beforeEach, describe, expect, it } from 'vitest';
import { IncomingStream, roundTripTime } from '../../../../src/embedded/rtp/stream/incoming.ts';
import { compactNtp } from '../../../../src/embedded/rtp/wire/rtcpPacket.ts';
import { RtpView } from '../../../../src/embedded/rtp/wire/rtpPacket.ts';

let stream: IncomingStream;
const view = new RtpView();
Object.assign(view, { start: 12, end: 172, ssrc: 1 });

/** A packet of 20 ms: number `n` of its stream, `late` milliseconds after its time. */
function hear(n: number, late = 0, more: { ssrc?: number; first?: number } = {}): void {
  Object.assign(view, { sequence: (n + (more.first ?? 0)) & 0xffff, timestamp: (n * 160) | 0, ssrc: more.ssrc ?? 1 });
  stream.count(view, 1_000_000 + n * 20 + late, true);
}

beforeEach(() => {
  stream = new IncomingStream();
});

describe('what is received', () => {
  it('is not known before it is measured', () => {
    expect([stream.lost, stream.jitter, stream.packets, stream.source]).toEqual([null, null, 0, undefined]);
    expect(stream.block(0)).toBeUndefined();
    hear(0);
    expect([stream.lost, stream.jitter, stream.packets]).toEqual([null, null, 1]);
    hear(1);
    expect([stream.lost, stream.jitter, stream.packets, stream.bytes]).toEqual([0, 0, 2, 320]);
  });

  it('counts what is lost, and takes back what comes late', () => {
    for (const n of [0, 1, 2, 5, 6]) hear(n);
    expect(stream.lost).toBe(2);
    hear(4);
    expect(stream.lost).toBe(1);
    hear(4);
    hear(4);
    expect(stream.lost).toBe(0);
  });

  it('follows the counter over its end', () => {
    for (let n = 0; n < 10; n++) hear(n, 0, { first: 65_530 });
    expect(stream.lost).toBe(0);
    expect(stream.block(0)).toMatchObject({ lost: 0, highestSequence: 65_536 + 3 });
  });

  it('has the jitter of RFC 3550, A.8', () => {
    for (let n = 0; n <= 200; n++) hear(n, n % 2 === 0 ? 0 : 4);
    // Each transit differs by 4 ms from the one before: the estimate converges to that.
    expect(stream.jitter).toBeCloseTo(4, 2);
    hear(201, 4);
    expect(stream.jitter).toBeCloseTo(4, 1);
  });

  it('takes a jump of the clock for a new beginning, not for jitter', () => {
    for (let n = 0; n < 10; n++) hear(n);
    hear(10, 60_000);
    expect(stream.jitter).toBe(0);
  });

  it('leaves timestamps of events alone', () => {
    for (let n = 0; n < 5; n++) hear(n);
    for (let n = 5; n < 15; n++) {
      Object.assign(view, { sequence: n, timestamp: 5 * 160 });
      stream.count(view, 1_000_000 + n * 20, false);
    }
    hear(15);
    expect([stream.jitter, stream.lost, stream.packets]).toEqual([0, 0, 16]);
  });

  it('begins anew with a new source, and keeps its totals', () => {
    for (const n of [0, 1, 3]) hear(n);
    for (const n of [0, 1, 2, 4]) hear(n, 0, { ssrc: 2, first: 30_000 });
    expect(stream.source).toBe(2);
    expect([stream.packets, stream.lost]).toEqual([7, 2]);
    expect(stream.block(0)).toMatchObject({ ssrc: 2, lost: 1 });
  });

  it('believes a far jump of the counter at its second packet', () => {
    for (let n = 0; n < 5; n++) hear(n);
    hear(5, 0, { first: 20_000 });
    expect(stream.lost).toBe(0);
    hear(6, 0, { first: 20_000 });
    hear(7, 0, { first: 20_000 });
    expect(stream.block(0)).toMatchObject({ highestSequence: 20_007 });
    hear(8, 0, { first: 20_000 });
    expect(stream.lost).toBe(0);
  });

  it('is not moved by one stray packet', () => {
    for (let n = 0; n < 5; n++) hear(n);
    hear(5, 0, { first: 20_000 });
    for (let n = 5; n < 10; n++) hear(n);
    expect(stream.block(0)).toMatchObject({ highestSequence: 9, lost: 0 });
  });

  it('reports the loss since the last report', () => {
    for (const n of [0, 1, 2, 3]) hear(n);
    expect(stream.block(0)).toMatchObject({ fractionLost: 0, lost: 0 });
    for (const n of [4, 7]) hear(n);
    expect(stream.block(0)).toMatchObject({ fractionLost: 128, lost: 2 });
    for (const n of [8, 9]) hear(n);
    expect(stream.block(0)).toMatchObject({ fractionLost: 0, lost: 2 });
  });

  it('says when the last report of the far end came', () => {
    hear(0);
    expect(stream.block(5000)).toMatchObject({ lastReport: 0, delay: 0 });
    stream.reportCame(0xabcdef, 5000);
    expect(stream.block(5500)).toMatchObject({ lastReport: 0xabcdef, delay: 32_768 });
  });
});

describe('the round trip', () => {
  const block = { ssrc: 1, fractionLost: 0, lost: 0, highestSequence: 0, jitter: 0 };
  const sentAt = 1_767_603_600_000;

  it('is what has passed since our report but for the delay there', () => {
    const heard = { ...block, lastReport: compactNtp(sentAt), delay: 65_536 };
    expect(roundTripTime(heard, sentAt + 1080)).toBeCloseTo(80, 1);
  });

  it('is not known without a report of ours, or from nonsense', () => {
    expect(roundTripTime({ ...block, lastReport: 0, delay: 0 }, sentAt)).toBeNull();
    expect(roundTripTime({ ...block, lastReport: compactNtp(sentAt), delay: 65_536 * 9 }, sentAt + 1000)).toBeNull();
  });

  it('is measured over the wrap of the clock', () => {
    const wrap = (65_536 - (2_208_988_800 % 65_536)) * 1000 + 65_536_000 * 20;
    const heard = { ...block, lastReport: compactNtp(wrap - 10), delay: 0 };
    expect(compactNtp(wrap + 10)).toBeLessThan(heard.lastReport);
    expect(roundTripTime(heard, wrap + 10)).toBeCloseTo(20, 1);
  });
});
