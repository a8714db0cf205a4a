import { beforeEach, describe, expect, it } from 'vitest';
import { DigitRecogniser } from '../../../../src/embedded/rtp/stream/digitRecogniser.ts';
import { DigitSender } from '../../../../src/embedded/rtp/stream/digitSender.ts';
import { isDigits, writeEvent } from '../../../../src/embedded/rtp/wire/telephoneEvent.ts';

let recogniser: DigitRecogniser;
let now: number;

interface Heard {
  readonly event?: number;
  readonly end?: boolean;
  readonly duration?: number;
  readonly marker?: boolean;
  readonly at: number;
}

function hear({ event = 5, end = false, duration = 160, marker = false, at }: Heard): string | undefined {
  now += 20;
  const packet = Buffer.alloc(16);
  writeEvent(packet, 12, event, end, duration);
  return recogniser.hear(packet, 12, 16, marker, at | 0, now);
}

/** A press as it should be sent; `lose` names the packets that do not come. */
function press(at: number, event = 5, lose: readonly number[] = []): (string | undefined)[] {
  const packets: Heard[] = [
    ...[1, 2, 3].map(n => ({ at, event, duration: n * 160, marker: n === 1 })),
    ...[1, 2, 3].map(() => ({ at, event, duration: 640, end: true })),
  ];
  return packets.filter((_, index) => !lose.includes(index)).map(hear);
}

beforeEach(() => {
  recogniser = new DigitRecogniser();
  now = 0;
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
    expect(hear({ at: 1000, event: 5, end: true, duration: 640 })).toBeUndefined();
    expect(hear({ at: 3000, event: 7, duration: 160, marker: true })).toBeUndefined();
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
    press(1_000_000);
    expect(press(999_000)[0]).toBeUndefined();
    recogniser.reset();
    expect(press(999_000)[0]).toBe('5');
  });

  it('is not made of a packet that is cut off', () => {
    expect(recogniser.hear(Buffer.alloc(15), 12, 15, true, 0, 0)).toBeUndefined();
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
      if (what !== 'pause') told += recogniser.hear(packet, 0, 4, what === 'first', timestamp, frame * 20) ?? '';
    }
    expect(told).toBe(all);
  });

  it('knows what can be sent', () => {
    expect(isDigits('0123456789*#ABCD')).toBe(true);
    expect(['', '1 2', 'a', 'E', '+1'].some(isDigits)).toBe(false);
  });
});
