import type { Clock } from '../base/clock.ts';

export interface AdmissionLimits {
  /** Calls at the same time. */
  readonly calls: number;
  /** New calls a second, over everybody. */
  readonly callsPerSecond: number;
}

/** A bucket that fills evenly: `rate` tokens a second, at most one second's worth of them (and at least one). */
class TokenBucket {
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly clock: Clock,
    private readonly rate: number,
  ) {
    this.tokens = Math.max(1, rate);
    this.filledAt = clock.now();
  }

  take(): boolean {
    const now = this.clock.now();
    this.tokens = Math.min(Math.max(1, this.rate), this.tokens + ((now - this.filledAt) / 1_000) * this.rate);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

/** Whether one more call can be carried without harm to those in progress. */
export class Admission {
  private readonly bucket: TokenBucket;
  draining = false;

  constructor(
    clock: Clock,
    private readonly limits: AdmissionLimits,
    private readonly random: () => number = Math.random,
  ) {
    this.bucket = new TokenBucket(clock, limits.callsPerSecond);
  }

  /** Undefined: welcome. Otherwise why not; `retryAfter` in seconds, spread so that the refused do not come back together. */
  refuse(callsNow: number): { readonly reason: string; readonly retryAfter: number } | undefined {
    const reason = this.draining
      ? 'shutting down'
      : callsNow >= this.limits.calls
        ? 'too many calls'
        : this.bucket.take()
          ? undefined
          : 'too many new calls';
    return reason === undefined ? undefined : { reason, retryAfter: 1 + Math.floor(this.random() * 5) };
  }
}
