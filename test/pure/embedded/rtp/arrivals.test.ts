import { beforeEach, describe, expect, it } from 'vitest';
import { type Arrival, ArrivalOrder } from '../../../../src/embedded/rtp/stream/arrivals.ts';
import { RtpView } from '../../../../src/embedded/rtp/wire/rtpPacket.ts';
import { seededRandom } from '../../../support/random.ts';

let order: ArrivalOrder;
let now: number;
/** What the far end would send next. */
let sequence: number;
let timestamp: number;

const judge = (number: number, time: number, ssrc = 1): Arrival =>
  order.judge(
    Object.assign(new RtpView(), { ssrc, sequence: number & 0xffff, timestamp: time | 0, start: 12, end: 172 }),
    now,
    true,
  );

/** 20 ms go by, and a packet comes. */
function next(): Arrival {
  now += 20;
  const arrival = judge(sequence, timestamp);
  sequence++;
  timestamp += 160;
  return arrival;
}
const several = (count: number): Arrival[] => Array.from({ length: count }, next);

beforeEach(() => {
  order = new ArrivalOrder();
  now = 1_000_000;
  sequence = 65_500;
  timestamp = 0x7fffff00;
});

describe('a stream', () => {
  it('begins, and goes on over every wrap', () => {
    expect(next()).toBe('first');
    expect(new Set(several(200))).toEqual(new Set(['next']));
    expect(order.step).toBe(1);
  });

  it('may lose packets for as long as it was not heard', () => {
    several(10);
    sequence += 500;
    timestamp += 500 * 160;
    now += 500 * 20;
    expect(next()).toBe('next');
    expect(order.step).toBe(501);
  });

  it('may pause and count no packet, with a clock that runs or stands still', () => {
    several(10);
    now += 30_000;
    timestamp += 240_000;
    expect(several(3)).toEqual(['next', 'next', 'next']);
    now += 30_000;
    expect(several(3)).toEqual(['next', 'next', 'next']);
  });

  it('has late packets, and copies', () => {
    several(10);
    sequence += 3;
    timestamp += 480;
    next();
    const at = (behind: number): Arrival => judge(sequence - behind, timestamp - behind * 160);
    expect([at(3), at(2), at(2), at(4), at(1)]).toEqual(['late', 'late', 'copy', 'late', 'copy']);
    expect(several(2)).toEqual(['next', 'next']);
  });

  it('is not moved by a packet from nowhere', () => {
    several(10);
    expect([judge(sequence + 5000, 17), next(), judge(sequence - 5000, 17), next()]).toEqual([
      'stray',
      'next',
      'stray',
      'next',
    ]);
  });

  it('of another SSRC is another one', () => {
    several(10);
    expect([judge(5, 5, 2), judge(6, 165, 2)]).toEqual(['first', 'next']);
  });
});

describe('a count that begins anew', () => {
  const jumps: [string, number, number][] = [
    ['far back', -5000, 1_000_000],
    ['by 2,000 back', -2000, 1_000_000],
    ['by 2,000 back, and the clock goes on', -2000, 0],
    ['by 2,000 ahead', 2000, -1_000_000],
    ['by 2,000 ahead, and the clock goes on', 2000, 0],
    ['by 80 back', -80, 123_456],
    ['by 80 back, and the clock goes on', -80, 0],
    ['by 80 back, and the clock goes on later', -80, 4000],
    ['by 80 back, and the clock by as much', -80, -80 * 160],
    ['by 300 back, and the clock by as much', -300, -300 * 160],
    ['by 50 ahead, and the clock goes on', 50, 0],
    ['by 3 back, and the clock elsewhere', -3, 99_999],
  ];

  it.each(jumps)('%s is known by its second packet', (_, count, time) => {
    several(500);
    sequence += count;
    timestamp += time;
    expect(several(5)).toEqual(['stray', 'restart', 'next', 'next', 'next']);
  });

  it.each(jumps)('%s is known though its second packet is lost', (_, count, time) => {
    several(500);
    sequence += count;
    timestamp += time;
    next();
    sequence++;
    timestamp += 160;
    expect(several(3)).toEqual(['restart', 'next', 'next']);
  });

  it.each(jumps.filter(([, count, time]) => count < 0 && time !== 0))(
    '%s is known after 80 packets of it',
    (_, count) => {
      sequence = 1;
      timestamp = 0;
      several(80);
      [sequence, timestamp] = [1, count < -80 ? 999_999 : 0];
      expect(several(5)).toEqual(['stray', 'restart', 'next', 'next', 'next']);
    },
  );

  it('by a few, with the very same numbers, is known after some copies', () => {
    several(500);
    sequence -= 20;
    timestamp -= 20 * 160;
    expect(several(6)).toEqual(['copy', 'copy', 'copy', 'copy', 'restart', 'next']);
  });

  it('after a pause is known at once', () => {
    several(500);
    now += 3000;
    sequence -= 300;
    expect(several(2)).toEqual(['restart', 'next']);
  });

  it('with every packet, and one that stands still, goes on', () => {
    several(10);
    const stuck = Array.from({ length: 6 }, () => {
      sequence--;
      return next();
    });
    expect(stuck.filter(arrival => arrival === 'restart').length).toBe(3);
  });
});

describe('a bad network', () => {
  it.each([
    [0.01, 2],
    [0.05, 5],
    [0.1, 20],
    [0.1, 40],
  ])('that loses %d and delays packets by up to %i of them begins nothing anew', (loss, delay) => {
    const random = seededRandom(7);
    const arriving: { n: number; at: number }[] = [];
    for (let n = 0; n < 70_000; n++) {
      if (random() < loss) continue;
      const late = random() < 0.2 ? random() * delay * 20 : random() * 5;
      arriving.push({ n, at: n * 20 + late });
      if (random() < 0.01) arriving.push({ n, at: n * 20 + late + random() * 200 });
    }
    arriving.sort((one, other) => one.at - other.at);
    const judged = arriving.map(({ n, at }) => {
      now = 1_000_000 + at;
      return judge(n + 40_000, n * 160);
    });
    expect(judged.filter(arrival => arrival === 'restart')).toEqual([]);
    // Copies that come half a second late.
    expect(judged.filter(arrival => arrival === 'stray').length).toBeLessThan(judged.length / 1000);
    expect(judged.filter(arrival => arrival === 'late').length).toBeGreaterThan(100);
  });

  it.each([0.01, 0.05, 0.1])('that loses %d hides no restart', loss => {
    const random = seededRandom(11);
    for (let round = 0; round < 200; round++) {
      several(100);
      sequence = Math.floor(random() * 65_536);
      timestamp = Math.floor(random() * 2 ** 32);
      let missed = 0;
      for (let heard = next(); heard !== 'next'; heard = next()) {
        missed++;
        if (random() < loss) sequence++;
      }
      expect(missed).toBeLessThan(5);
    }
  });
});
