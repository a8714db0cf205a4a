import type { Clock, Instant } from './clock.ts';

export interface LogRate {
  readonly perSecond: number;
  /** At once, after a time of silence. */
  readonly burst: number;
}

const usualRate: LogRate = { perSecond: 5, burst: 20 };

/** How many log lines strangers can make us write: a few a second, the others are counted. */
export class LogBudget {
  private left: number;
  private at: Instant;
  private suppressed = 0;

  constructor(
    private readonly clock: Clock,
    private readonly rate: LogRate = usualRate,
  ) {
    this.left = rate.burst;
    this.at = clock.now();
  }

  /** Undefined: not this line. Else how many were left out since the last one that was written. */
  spend(): number | undefined {
    const now = this.clock.now();
    const { perSecond, burst } = this.rate;
    this.left = Math.min(burst, this.left + ((now - this.at) / 1000) * perSecond);
    this.at = now;
    if (this.left < 1) {
      this.suppressed++;
      return undefined;
    }
    this.left--;
    const { suppressed } = this;
    this.suppressed = 0;
    return suppressed;
  }
}
