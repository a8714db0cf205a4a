import type { Duration } from '../../base/clock.ts';
import type { Spread } from '../messages.ts';

/** Milliseconds of a bucket. */
const width = 0.01;
const buckets = 600_000;

/** Many durations of up to six seconds, in little room: the load waits for nothing longer than that. */
export class Delays {
  private readonly counts = new Uint32Array(buckets);
  private total = 0;
  private longest: Duration = Number.NEGATIVE_INFINITY;

  add(delay: Duration): void {
    const at = Math.min(buckets - 1, Math.max(0, Math.round(delay / width)));
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.total++;
    if (delay > this.longest) this.longest = delay;
  }

  spread(): Spread {
    const known = this.total > 0;
    return {
      count: this.total,
      p50: this.quantile(0.5),
      p99: this.quantile(0.99),
      max: known ? this.longest : null,
    };
  }

  private quantile(share: number): number | null {
    let left = Math.ceil(this.total * share);
    if (left === 0) return null;
    for (let at = 0; at < buckets; at++) {
      left -= this.counts[at] ?? 0;
      if (left <= 0) return at * width;
    }
    return this.longest;
  }
}
