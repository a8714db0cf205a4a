import { beforeEach, describe, expect, it } from 'vitest';
import { ArrivalOrder } from '../../../../src/embedded/rtp/stream/arrivals.ts';
import { OutgoingStream } from '../../../../src/embedded/rtp/stream/outgoing.ts';
import { RtpView } from '../../../../src/embedded/rtp/wire/rtpPacket.ts';

const frameLength = 160;
let stream: OutgoingStream;
let order: ArrivalOrder;
let now: number;

interface Sent {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  /** Since the stream began. */
  readonly time: number;
}

function sent(packet: Buffer): Sent {
  const view = new RtpView();
  expect(view.read(packet)).toBe(true);
  expect(view.ssrc).toBe(-7);
  return {
    marker: view.marker,
    payloadType: view.payloadType,
    sequence: (view.sequence - 65_534) & 0xffff,
    time: (view.timestamp - 0x7fffff00) | 0,
  };
}

function frame(after = 20): Sent {
  now += after;
  const packet = Buffer.alloc(172);
  stream.frame(packet, 8, frameLength, now);
  return sent(packet);
}

/** A packet of a relayed source. Undefined: it was not sent on. */
function relay(
  n: number,
  more: { after?: number; ssrc?: number; marker?: boolean; timestamp?: number } = {},
): Sent | undefined {
  now += more.after ?? 20;
  const view = new RtpView();
  Object.assign(view, {
    sequence: (40_000 + n) & 0xffff,
    timestamp: more.timestamp ?? 5_000_000 + n * 160,
    ssrc: more.ssrc ?? 99,
    marker: more.marker ?? false,
    start: 12,
    end: 172,
  });
  const arrival = order.judge(view, now, true);
  if (arrival === 'stray') return undefined;
  const packet = Buffer.alloc(172);
  const start = stream.relay(packet, view, arrival, 0, now);
  if (start < 0) return undefined;
  expect(start).toBe(0);
  return sent(packet);
}

function omit(n: number): void {
  now += 20;
  const view = new RtpView();
  Object.assign(view, { sequence: (40_000 + n) & 0xffff, timestamp: 5_000_000 + n * 160, ssrc: 99 });
  stream.omit(view, order.judge(view, now, false));
}

beforeEach(() => {
  stream = new OutgoingStream(-7, 65_534, 0x7fffff00);
  order = new ArrivalOrder();
  now = 1_000_000;
});

describe('frames of our own', () => {
  it('are numbered without a gap over every wrap, with the marker on the first', () => {
    expect([frame(), frame(), frame(), frame()]).toEqual([
      { marker: true, payloadType: 8, sequence: 1, time: 0 },
      { marker: false, payloadType: 8, sequence: 2, time: 160 },
      { marker: false, payloadType: 8, sequence: 3, time: 320 },
      { marker: false, payloadType: 8, sequence: 4, time: 480 },
    ]);
    expect([stream.packets, stream.octets]).toEqual([4, 640]);
  });

  it('keep their rhythm when a turn is late or early', () => {
    expect([frame(), frame(25), frame(15), frame(21)].map(each => each.time)).toEqual([0, 160, 320, 480]);
  });

  it('leave out the time of frames that were skipped, not a number', () => {
    frame();
    stream.skip(3 * frameLength);
    expect(frame(80)).toEqual({ marker: false, payloadType: 8, sequence: 2, time: 640 });
  });

  it('begin a talkspurt after a pause, where the clock is by now', () => {
    frame();
    stream.interrupt();
    expect(frame(1000)).toEqual({ marker: true, payloadType: 8, sequence: 2, time: 8000 });
    stream.interrupt();
    // Never twice the same time, even when the next sound comes at once.
    expect(frame(1)).toEqual({ marker: true, payloadType: 8, sequence: 3, time: 8160 });
  });

  it('tell sender reports what time it would be now', () => {
    frame();
    expect(stream.timestampAt(now + 100)).toBe((0x7fffff00 + 800) | 0);
  });
});

describe('a relayed source', () => {
  it('gets our numbers, and keeps its gaps, its order and its copies', () => {
    expect([0, 1, 4, 3, 3, 5].map(n => relay(n))).toEqual([
      { marker: true, payloadType: 0, sequence: 1, time: 0 },
      { marker: false, payloadType: 0, sequence: 2, time: 160 },
      { marker: false, payloadType: 0, sequence: 5, time: 640 },
      { marker: false, payloadType: 0, sequence: 4, time: 480 },
      { marker: false, payloadType: 0, sequence: 4, time: 480 },
      { marker: false, payloadType: 0, sequence: 6, time: 800 },
    ]);
  });

  it('keeps its markers', () => {
    relay(0);
    expect(relay(1, { marker: true })?.marker).toBe(true);
    expect(relay(2)?.marker).toBe(false);
  });

  it('follows frames of our own, and they it, as one stream', () => {
    const all = [frame(), frame(), relay(0, { after: 50 }), relay(1), frame(30), frame()];
    expect(all.map(each => each?.sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(all.map(each => each?.marker)).toEqual([true, false, true, false, true, false]);
    expect(all.map(each => each?.time)).toEqual([0, 160, 560, 720, 960, 1120]);
  });

  it('does not bring back what was before the talkspurt', () => {
    relay(5);
    relay(6);
    frame();
    relay(7);
    expect(relay(6)).toBeUndefined();
    expect(relay(8)?.sequence).toBe(5);
    expect(relay(7)?.sequence).toBe(4);
  });

  it('goes on as the same stream when it changes its SSRC', () => {
    relay(0);
    relay(1);
    expect(relay(7000, { ssrc: 5 })).toEqual({ marker: true, payloadType: 0, sequence: 3, time: 320 });
    expect(relay(7001, { ssrc: 5 })).toEqual({ marker: false, payloadType: 0, sequence: 4, time: 480 });
  });

  it('goes on as the same stream when its counter or its clock jumps', () => {
    relay(0);
    relay(1);
    expect(relay(20_000, { timestamp: 5_000_320 })).toBeUndefined();
    expect(relay(20_001, { timestamp: 5_000_480 })).toMatchObject({ marker: true, sequence: 3, time: 480 });
    expect(relay(20_001, { timestamp: 99_000_000 })).toBeUndefined();
    expect(relay(20_002, { timestamp: 99_000_000 })).toMatchObject({ marker: true, sequence: 4, time: 640 });
    expect(relay(20_003, { timestamp: 99_000_160 })).toMatchObject({ marker: false, sequence: 5, time: 800 });
    expect(relay(20_004, { timestamp: 5_000_000 })).toMatchObject({ marker: true, sequence: 6, time: 960 });
  });

  it('may pause', () => {
    relay(0);
    expect(relay(1, { after: 5000, timestamp: 5_000_000 + 40_000, marker: true })).toEqual({
      marker: true,
      payloadType: 0,
      sequence: 2,
      time: 40_000,
    });
  });

  it('closes over packets that the receiver cannot use', () => {
    relay(0);
    omit(1);
    omit(2);
    omit(2);
    omit(1);
    expect(relay(3)).toMatchObject({ sequence: 2, time: 480 });
    omit(5);
    expect(relay(6)).toMatchObject({ sequence: 4 });
    expect(relay(4)).toBeUndefined();
  });

  it('runs over the end of every counter', () => {
    for (let n = 0; n < 65_530; n += 10) relay(n);
    for (let n = 65_530; n < 66_000; n++) expect(relay(n)?.sequence).toBe((n + 1) & 0xffff);
    expect(relay(65_990)?.sequence).toBe(65_991 & 0xffff);
  });
});

describe('an event of our own', () => {
  it('has one timestamp, and sound goes on after it', () => {
    frame();
    const packet = Buffer.alloc(16);
    stream.beginEvent(now);
    const all = [true, false, false].map(first => {
      now += 20;
      stream.event(packet, first, 101, 4, frameLength, now);
      return sent(packet);
    });
    expect(all).toEqual([
      { marker: true, payloadType: 101, sequence: 2, time: 160 },
      { marker: false, payloadType: 101, sequence: 3, time: 160 },
      { marker: false, payloadType: 101, sequence: 4, time: 160 },
    ]);
    expect(frame()).toEqual({ marker: false, payloadType: 8, sequence: 5, time: 640 });
  });
});
