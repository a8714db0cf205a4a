import type { Clock, Instant } from './clock.ts';

const linesPerSecond = 5;
const burst = 20;

/** How many log lines strangers can make us write: a few a second, the others are counted. */
export class LogBudget {
  private left = burst;
  private at: Instant;
  private suppressed = 0;

  constructor(private readonly clock: Clock) {
    this.at = clock.now();
  }

  /** Undefined: not this line. Else how many were left out since the last one that was written. */
  spend(): number | undefined {
    const now = this.clock.now();
    this.left = Math.min(burst, this.left + ((now - this.at) / 1000) * linesPerSecond);
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
