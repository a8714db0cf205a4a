import { beforeEach, describe, expect, it } from 'vitest';
import { type Clock, VirtualClock } from '../../../../src/base/clock.ts';
import { type Paced, Pacer } from '../../../../src/embedded/rtp/pace/pacer.ts';
import { turn } from '../../../../src/embedded/rtp/pace/wheel.ts';

let clock: VirtualClock;
let pacer: Pacer;
let errors: unknown[];
let start: number;

class Stream implements Paced {
  readonly ticks: number[] = [];
  skipped = 0;
  onTick: () => void = () => {};

  tick(now: number): void {
    this.ticks.push(now - start);
    this.onTick();
  }

  skip(frames: number): void {
    this.skipped += frames;
  }
}

function join(delay = 0): Stream {
  const stream = new Stream();
  pacer.add(stream, clock.now() + delay);
  return stream;
}

beforeEach(() => {
  clock = new VirtualClock();
  start = clock.now();
  errors = [];
  pacer = new Pacer(clock, error => errors.push(error));
});

describe('the wheel', () => {
  it.each([
    ['on time', 9, 10, { first: 10, last: 10, skipped: 0 }],
    ['nothing to do', 10, 10, { first: 11, last: 10, skipped: 0 }],
    ['a little late', 9, 15, { first: 10, last: 15, skipped: 0 }],
    ['late by three frames', 9, 70, { first: 10, last: 70, skipped: 0 }],
    ['late by more', 9, 71, { first: 70, last: 71, skipped: 3 }],
    ['late by a second', 9, 1010, { first: 1010, last: 1010, skipped: 50 }],
    ['late by a second and a bit', 9, 1029, { first: 1010, last: 1029, skipped: 50 }],
  ])('serves what is due: %s', (_, done, current, due) => {
    expect(turn(done, current)).toEqual(due);
  });
});

describe('the pacer', () => {
  it('gives the first turn at once and then one every 20 ms, without drift', () => {
    const stream = join();
    expect(stream.ticks).toEqual([0]);
    clock.advance(10_000);
    expect(stream.ticks).toEqual(Array.from({ length: 501 }, (_, n) => n * 20));
  });

  it('gives the first turn when it is wanted', () => {
    const stream = join(13);
    expect(stream.ticks).toEqual([]);
    clock.advance(60);
    expect(stream.ticks).toEqual([13, 33, 53]);
  });

  it('is not late because nobody was there before', () => {
    const stream = join();
    clock.advance(1000);
    expect(stream.ticks).toHaveLength(51);
    expect([pacer.lateTicks, pacer.skippedFrames]).toEqual([0, 0]);
  });

  it('spreads streams over its phases by when they join, from one timer', () => {
    const streams = Array.from({ length: 50 }, () => {
      const stream = join();
      clock.advance(7);
      return stream;
    });
    expect(clock.armed).toBe(1);
    clock.advance(1000);
    expect(clock.armed).toBe(1);
    for (const [index, stream] of streams.entries()) {
      expect(stream.ticks[0]).toBe(index * 7);
      expect(stream.ticks.slice(1).every((at, n) => at - (stream.ticks[n] ?? 0) === 20)).toBe(true);
    }
    for (const stream of streams) pacer.remove(stream);
  });

  it('stands still without streams', () => {
    expect(clock.armed).toBe(0);
    const stream = join();
    expect([clock.armed, pacer.streams]).toEqual([1, 1]);
    clock.advance(30);
    pacer.remove(stream);
    expect([clock.armed, pacer.streams]).toEqual([0, 0]);
    clock.advance(1000);
    expect(stream.ticks).toEqual([0, 20]);
    const again = join();
    clock.advance(20);
    expect(again.ticks).toEqual([1030, 1050]);
    expect(pacer.skippedFrames).toBe(0);
  });

  it('gives each stream its turn though others leave and join in it', () => {
    const streams = [join(), join(), join(), join()];
    const late: Stream[] = [];
    streams[1]?.ticks.push(0);
    if (streams[1] !== undefined) {
      streams[1].onTick = () => {
        for (const leaves of [streams[0], streams[1]]) if (leaves !== undefined) pacer.remove(leaves);
        late.push(join());
      };
    }
    clock.advance(60);
    expect(streams[2]?.ticks).toEqual([0, 20, 40, 60]);
    expect(streams[3]?.ticks).toEqual([0, 20, 40, 60]);
    expect(late.map(stream => stream.ticks)).toEqual([[20, 40, 60]]);
    expect(pacer.streams).toBe(3);
  });

  it('lets streams of one phase leave in any order', () => {
    const streams = [join(), join(), join(), join(), join()];
    for (const leaves of [0, 1, 4, 2]) {
      const stream = streams[leaves];
      if (stream !== undefined) pacer.remove(stream);
      clock.advance(20);
    }
    expect(streams.map(stream => stream.ticks)).toEqual([
      [0],
      [0, 20],
      [0, 20, 40, 60],
      [0, 20, 40, 60, 80],
      [0, 20, 40],
    ]);
  });

  it('goes on when a stream throws', () => {
    const bad = join();
    bad.onTick = () => {
      throw new Error('bad');
    };
    const good = join();
    clock.advance(40);
    expect(good.ticks).toEqual([0, 20, 40]);
    expect(errors).toHaveLength(2);
    expect(clock.armed).toBe(1);
  });

  it('adds a stream once', () => {
    const stream = join();
    pacer.add(stream, clock.now());
    clock.advance(20);
    expect(stream.ticks).toEqual([0, 20]);
    pacer.remove(stream);
    pacer.remove(stream);
    expect(pacer.streams).toBe(0);
  });

  describe('when its timer is late', () => {
    /** A clock whose timers do not fire while it is held. */
    class LateClock implements Clock {
      private held: (() => void)[] | undefined;

      now(): number {
        return clock.now();
      }

      at(at: number, fire: () => void): { cancel(): void } {
        return clock.at(at, () => {
          if (this.held === undefined) fire();
          else this.held.push(fire);
        });
      }

      after(delay: number, fire: () => void): { cancel(): void } {
        return this.at(clock.now() + delay, fire);
      }

      hold(duration: number): void {
        this.held = [];
        clock.advance(duration);
        const all = this.held;
        this.held = undefined;
        for (const fire of all) fire();
      }
    }

    let lateClock: LateClock;
    beforeEach(() => {
      lateClock = new LateClock();
      pacer = new Pacer(lateClock, error => errors.push(error));
    });

    it('makes up for up to three frames', () => {
      const stream = join();
      const other = join(5);
      lateClock.hold(65);
      expect(stream.ticks).toEqual([0, 65, 65, 65]);
      expect(other.ticks).toEqual([65, 65, 65, 65]);
      expect([stream.skipped, pacer.skippedFrames, pacer.lateTicks]).toEqual([0, 0, 1]);
      clock.advance(15);
      expect(stream.ticks.at(-1)).toBe(80);
    });

    it('leaves out more than that, and never bursts', () => {
      const stream = join();
      const other = join(5);
      lateClock.hold(510);
      expect([stream.ticks, stream.skipped]).toEqual([[0], 25]);
      expect([other.ticks, other.skipped]).toEqual([[510], 25]);
      expect(pacer.skippedFrames).toBe(50);
      clock.advance(35);
      // Sent or left out, no frame is missing, and the rhythm is what it was.
      expect(stream.ticks).toEqual([0, 520, 540]);
      expect(other.ticks).toEqual([510, 525, 545]);
    });

    it('takes nothing from a stream that has just joined', () => {
      join();
      let young: Stream | undefined;
      clock.after(300, () => {
        young = join();
      });
      lateClock.hold(301);
      expect(young?.ticks).toEqual([300]);
      expect(young?.skipped).toBe(0);
    });
  });
});
