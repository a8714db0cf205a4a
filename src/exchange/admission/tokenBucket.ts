import type { Instant } from '../../base/clock.ts';

/** A bucket that fills evenly: `rate` tokens a second, at most one second's worth of them (and at least one). Full at first. */
export class TokenBucket {
  private tokens: number;

  constructor(
    private readonly rate: number,
    private filledAt: Instant,
  ) {
    this.tokens = this.capacity;
  }

  /** Whether `take` would succeed. */
  has(now: Instant): boolean {
    this.fill(now);
    return this.tokens >= 1;
  }

  take(now: Instant): boolean {
    if (!this.has(now)) return false;
    this.tokens -= 1;
    return true;
  }

  private get capacity(): number {
    return Math.max(1, this.rate);
  }

  private fill(now: Instant): void {
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.filledAt) / 1_000) * this.rate);
    this.filledAt = now;
  }
}
