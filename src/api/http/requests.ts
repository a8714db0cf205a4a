import type { Clock, Duration, Instant } from '../../base/clock.ts';
import { networkOf } from '../../base/network.ts';

const window: Duration = 1_000;

/** How many requests each network may make in a second; counted from second to second, so that nothing piles up. */
export class Requests {
  private counts = new Map<string, number>();
  private since: Instant;

  constructor(
    private readonly clock: Clock,
    private readonly most: number,
  ) {
    this.since = clock.now();
  }

  /** One more, and whether it may be. */
  take(address: string): boolean {
    const now = this.clock.now();
    if (now - this.since >= window) {
      this.counts = new Map();
      this.since = now;
    }
    const network = networkOf(address);
    const count = (this.counts.get(network) ?? 0) + 1;
    this.counts.set(network, count);
    return count <= this.most;
  }
}
