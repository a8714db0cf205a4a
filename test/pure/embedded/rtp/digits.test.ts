import { beforeEach, describe, expect, it } from 'vitest';
import { ArrivalOrder } from '../../../../src/embedded/rtp/stream/arrivals.ts';
import { DigitRecogniser } from '../../../../src/embedded/rtp/stream/digitRecogniser.ts';
import { DigitSender } from '../../../../src/embedded/rtp/stream/digitSender.ts';
import { RtpView } from '../../../../src/embedded/rtp/wire/rtpPacket.ts';
import { isDigits, writeEvent } from '../../../../src/embedded/rtp/wire/telephoneEvent.ts';

let recogniser: DigitRecogniser;
let order: ArrivalOrder;
let now: number;
let sequence: number;

interface Heard {
  readonly event?: number;
  readonly end?: boolean;
  readonly duration?: number;
  readonly marker?: boolean;
  readonly at: number;
  /** Behind its time by so many packets. */
  readonly late?: number;
  readonly ssrc?: number;
}

function hear(heard: Heard): string | undefined {
  const { event = 5, end = false, duration = 160, marker = false, at, late = 0, ssrc = 1 } = heard;
  now += 20;
  if (late === 0) sequence++;
  const packet = Buffer.alloc(16);
  const view = new RtpView();
  Object.assign(view, { ssrc, sequence: (sequence - late) & 0xffff, timestamp: at | 0, marker, start: 12, end: 16 });
  writeEvent(packet, 12, event, end, duration);
  return recogniser.hear(packet, view, order.judge(view, now, false), now);
}

/** Passes over packets that do not come. */
function lose(packets: number): void {
  now += 20 * packets;
  sequence += packets;
}

/** A press as it should be sent; `missing` names the packets that do not come. */
function press(at: number, event = 5, missing: readonly number[] = []): (string | undefined)[] {
  const packets: Heard[] = [
    ...[1, 2, 3].map(n => ({ at, event, duration: n * 160, marker: n === 1 })),
    ...[1, 2, 3].map(() => ({ at, event, duration: 640, end: true })),
  ];
  return packets.flatMap((packet, index) => {
    if (!missing.includes(index)) return [hear(packet)];
    lose(1);
    return [];
  });
}

beforeEach(() => {
  recogniser = new DigitRecogniser();
  order = new ArrivalOrder();
  now = 0;
  sequence = 65_500;
});

describe('a press', () => {
  it('is told once, at its first packet', () => {
    expect(press(1000)).toEqual(['5', undefined, undefined, undefined, undefined, undefined]);
  });

  it('is told for each of the sixteen, and for nothing else', () => {
    const told = Array.from({ length: 256 }, (_, event) => press(event * 2000, event)[0]);
    expect(told.slice(0, 16).join('')).toBe('0123456789*#ABCD');
    expect(told.slice(16).every(digit => digit === undefined)).toBe(true);
  });

  it.each([
    ['its start', [0]],
    ['all but its end', [0, 1, 2]],
    ['all but the last copy of its end', [0, 1, 2, 3, 4]],
    ['its end', [3, 4, 5]],
    ['all but its second packet', [0, 2, 3, 4, 5]],
  ])('is told once when %s is lost', (_, lose) => {
    const told = [...press(1000, 5, lose), ...press(9000, 6, lose), ...press(19_000, 6, lose)];
    expect(told.filter(digit => digit !== undefined)).toEqual(['5', '6', '6']);
  });

  it('of the same key soon after is another one', () => {
    expect([...press(1000), ...press(1000 + 1280)].filter(digit => digit !== undefined)).toEqual(['5', '5']);
  });

  it('is not told again by copies that come late, or out of order', () => {
    press(1000);
    press(3000, 7);
    expect(hear({ at: 1000, event: 5, end: true, duration: 640, late: 7 })).toBeUndefined();
    expect(hear({ at: 3000, event: 7, duration: 160, marker: true, late: 5 })).toBeUndefined();
  });

  it('is told over the wrap of the timestamp', () => {
    expect([...press(0xffffff00), ...press(0x00000800)].filter(digit => digit !== undefined)).toEqual(['5', '5']);
  });

  it('longer than a duration can say goes on in segments', () => {
    const long = (segment: number): (string | undefined)[] =>
      [160, 30_000, 0xffff].map(duration =>
        hear({ at: segment * 0xffff, duration, marker: segment === 0 && duration === 160 }),
      );
    expect([...long(0), ...long(1), ...long(2)].filter(digit => digit !== undefined)).toEqual(['5']);
  });

  it('is one press from senders that move the timestamp with every packet', () => {
    const told = [1, 2, 3, 4].map(n => hear({ at: 1000 + n * 160, duration: n * 160, marker: n === 1 }));
    expect(told).toEqual(['5', undefined, undefined, undefined]);
    const ends = [5, 6, 7].map(n => hear({ at: 1000 + n * 160, duration: 640, end: true }));
    expect(ends).toEqual([undefined, undefined, undefined]);
    expect(hear({ at: 1000 + 8 * 160, duration: 160, marker: true })).toBe('5');
  });

  it('whose end was lost is over after a pause', () => {
    expect(press(1000, 5, [3, 4, 5])[0]).toBe('5');
    now += 1000;
    expect(hear({ at: 20_000, duration: 960 })).toBe('5');
  });

  it('of a new source is not taken for an old one', () => {
    const told = [1, 2, 3].map(n => hear({ at: 1_000_000, duration: n * 160 }));
    told.push(...[1, 2, 3].map(n => hear({ at: 999_000, duration: n * 160, ssrc: 2 })));
    expect(told.filter(digit => digit !== undefined)).toEqual(['5', '5']);
  });

  it('is told once though sound of another source comes between its packets', () => {
    const told = [1, 2, 3, 4].map(n => {
      order.judge(Object.assign(new RtpView(), { ssrc: 9, sequence: n, timestamp: n * 160 }), now, true);
      return hear({ at: 1000, duration: n * 160 });
    });
    expect(told.filter(digit => digit !== undefined)).toEqual(['5']);
  });

  it('of a clock that began anew is told', () => {
    press(1_000_000);
    lose(20);
    expect(press(999_000)[0]).toBe('5');
  });

  it.each([20, 2000, -30, -2000])('is told when the count of the source has jumped by %i', jump => {
    press(1_000_000);
    sequence += jump;
    expect([...press(400, 6), ...press(2000, 6)].filter(digit => digit !== undefined)).toEqual(['6', '6']);
  });

  it.each([
    ['whole', [], []],
    ['that lost its ends', [3, 4, 5], []],
    ['and the second has lost its marker', [], [0]],
    ['and the second has only its ends, the first lost its own', [3, 4, 5], [0, 1, 2]],
  ])('of the same key with the same timestamp is another one: %s', (_, first, second) => {
    const both = press(1000, 5, first);
    lose(9);
    both.push(...press(1000, 5, second));
    const expected = second.length === 3 ? ['5'] : ['5', '5'];
    expect(both.filter(digit => digit !== undefined)).toEqual(expected);
  });

  it('of the same key with the same timestamp, at once after it, is another one', () => {
    expect([...press(1000), ...press(1000)].filter(digit => digit !== undefined)).toEqual(['5', '5']);
  });

  it('is told once where all its packets have the marker, and its end comes twice as often', () => {
    const told = [1, 2, 3, 4, 4, 4, 4, 4, 4].map((n, index) =>
      hear({ at: 1000, duration: n * 160, marker: true, end: index > 3 }),
    );
    expect(told.filter(digit => digit !== undefined)).toEqual(['5']);
  });

  it('is told once where all its packets have the marker and another timestamp', () => {
    const told = [1, 2, 3, 4].map(n => hear({ at: 1000 + n * 160, duration: n * 160, marker: true }));
    expect(told.filter(digit => digit !== undefined)).toEqual(['5']);
  });

  it('is told although it comes late, if it is a press that nobody has heard of', () => {
    press(100_000);
    // Long before, by the clock of its source, and behind by some packets: no copy of what was told.
    expect(hear({ at: 100_000 - 6 * 8000, event: 6, late: 3 })).toBe('6');
  });

  it('is not told by a late copy of another key', () => {
    expect([...press(1000, 5), ...press(9000, 6)].filter(digit => digit !== undefined)).toEqual(['5', '6']);
    expect(hear({ at: 1000, event: 5, duration: 480, late: 8 })).toBeUndefined();
  });

  it('with a timestamp that stands still is not told again by late copies of another key', () => {
    const told = [...press(0, 5), ...press(0, 6), hear({ at: 0, event: 5, duration: 480, late: 8 })];
    expect(told.filter(digit => digit !== undefined)).toEqual(['5', '6']);
  });

  it('is not made of a packet that is cut off', () => {
    const view = Object.assign(new RtpView(), { start: 12, end: 15, marker: true });
    expect(recogniser.hear(Buffer.alloc(15), view, 'first', 0)).toBeUndefined();
  });
});

describe('sending digits', () => {
  /** Each frame: what it is for, and event, end bit and duration where it has any. */
  function frames(sender: DigitSender): unknown[] {
    const all: unknown[] = [];
    while (sender.busy) {
      const packet = Buffer.alloc(4);
      const what = sender.next(packet, 0);
      all.push(what === 'pause' ? what : [what, packet[0], (packet[1] ?? 0) >> 7, packet.readUInt16BE(2)]);
    }
    return all;
  }

  it('says the end three times, and pauses', () => {
    const sender = new DigitSender(2);
    expect(sender.busy).toBe(false);
    expect(sender.next(Buffer.alloc(4), 0)).toBe('none');
    sender.queue('9#', 3);
    const press = (event: number): unknown[] => [
      ['first', event, 0, 160],
      ['further', event, 0, 320],
      ['further', event, 1, 480],
      ['further', event, 1, 480],
      ['further', event, 1, 480],
      'pause',
      'pause',
    ];
    expect(frames(sender)).toEqual([...press(9), ...press(11)]);
  });

  it('is recognised by the recogniser', () => {
    const sender = new DigitSender();
    const all = '0123456789*#ABCD00';
    sender.queue(all, 1);
    let timestamp = 0;
    let told = '';
    for (let frame = 0; sender.busy; frame++) {
      const packet = Buffer.alloc(4);
      const what = sender.next(packet, 0);
      if (what === 'first') timestamp = frame * 160;
      const view = Object.assign(new RtpView(), { end: 4, marker: what === 'first', timestamp, ssrc: 1 });
      if (what !== 'pause') told += recogniser.hear(packet, view, 'next', frame * 20) ?? '';
    }
    expect(told).toBe(all);
  });

  it('knows what can be sent', () => {
    expect(isDigits('0123456789*#ABCD')).toBe(true);
    expect(['', '1 2', 'a', 'E', '+1'].some(isDigits)).toBe(false);
  });
});
