import type { Duration, Instant } from '../../../../base/clock.ts';

/** A share of the time that passes, which may be saved up to `burst`. What is spent beyond it has to be waited for. */
export class TimeBudget {
  private left: Duration;
  private at: Instant | undefined;
  private share = 1;

  constructor(private readonly burst: Duration) {
    this.left = burst;
  }

  /** `share`: of the time since the last look. */
  has(now: Instant, share: number): boolean {
    this.share = share;
    if (this.at !== undefined) this.left = Math.min(this.burst, this.left + (now - this.at) * share);
    this.at = now;
    return this.left > 0;
  }

  spend(time: Duration): void {
    this.left -= time;
  }

  /** From the last look on, until there is something left. */
  get wait(): Duration {
    return Math.max(0, -this.left / this.share);
  }
}
