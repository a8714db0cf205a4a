import type { Duration, Instant } from '../../../base/clock.ts';

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Pairs of ports, even for RTP and the next one for RTCP (RFC 3550, §11). The pair that has rested longest is given
 * first, so that late packets of a call that has ended reach nobody; the order at the start is random, so that a
 * stranger cannot guess the next one.
 */
export class PortPool {
  private readonly ready: number[];
  private readonly resting: { readonly port: number; readonly until: Instant }[] = [];

  /** `random` gives a whole number from 0 to below its argument. */
  constructor(
    range: PortRange,
    private readonly rest: Duration,
    random: (below: number) => number,
  ) {
    this.ready = [];
    for (let port = range.from + (range.from % 2); port + 1 <= range.to; port += 2) this.ready.push(port);
    for (let last = this.ready.length - 1; last > 0; last--) {
      const other = random(last + 1);
      const port = this.ready[last] as number;
      this.ready[last] = this.ready[other] as number;
      this.ready[other] = port;
    }
  }

  /** The even port of a free pair; undefined: none is free. */
  take(now: Instant): number | undefined {
    this.wake(now);
    return this.ready.shift();
  }

  release(port: number, now: Instant): void {
    this.resting.push({ port, until: now + this.rest });
  }

  count(now: Instant): { readonly free: number; readonly resting: number } {
    this.wake(now);
    return { free: this.ready.length, resting: this.resting.length };
  }

  private wake(now: Instant): void {
    for (let first = this.resting[0]; first !== undefined && first.until <= now; first = this.resting[0]) {
      this.resting.shift();
      this.ready.push(first.port);
    }
  }
}
