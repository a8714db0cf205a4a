import { describe, expect, it } from 'vitest';
import { PortPool } from '../../../../src/embedded/rtp/socket/portPool.ts';

const inOrder = (): number => 0;

function takeAll(pool: PortPool, now: number): number[] {
  const ports: number[] = [];
  for (let port = pool.take(now); port !== undefined; port = pool.take(now)) ports.push(port);
  return ports.sort((a, b) => a - b);
}

describe('the ports', () => {
  it.each([
    [{ from: 10_000, to: 10_005 }, [10_000, 10_002, 10_004]],
    [{ from: 10_001, to: 10_005 }, [10_002, 10_004]],
    [{ from: 10_000, to: 10_004 }, [10_000, 10_002]],
    [{ from: 10_000, to: 10_000 }, []],
  ])('are even, with the odd one after it, in %j', (range, ports) => {
    expect(takeAll(new PortPool(range, 0, inOrder), 0)).toEqual(ports);
  });

  it('come in an order that cannot be foreseen', () => {
    const orders = [0.3, 0.9].map(chance => {
      const pool = new PortPool({ from: 10_000, to: 10_099 }, 0, below => Math.floor(chance * below));
      return [pool.take(0), pool.take(0), pool.take(0)];
    });
    expect(orders[0]).not.toEqual(orders[1]);
  });

  it('run out, rest, and come back', () => {
    const pool = new PortPool({ from: 10_000, to: 10_003 }, 5000, inOrder);
    expect(pool.count(0)).toEqual({ free: 2, resting: 0 });
    const [first] = takeAll(pool, 0);
    expect(pool.take(0)).toBeUndefined();
    pool.release(first as number, 1000);
    expect(pool.count(1000)).toEqual({ free: 0, resting: 1 });
    expect(pool.take(5999)).toBeUndefined();
    expect(pool.count(6000)).toEqual({ free: 1, resting: 0 });
    expect(pool.take(6000)).toBe(first);
  });

  it('are used again in the order in which they were given back', () => {
    const pool = new PortPool({ from: 10_000, to: 10_007 }, 10, inOrder);
    takeAll(pool, 0);
    for (const port of [10_004, 10_000, 10_006]) pool.release(port, 0);
    expect([pool.take(20), pool.take(20), pool.take(20), pool.take(20)]).toEqual([10_004, 10_000, 10_006, undefined]);
  });
});
