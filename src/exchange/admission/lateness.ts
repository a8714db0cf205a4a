import type { Duration, Instant } from '../../base/clock.ts';

/** Observations are judged together, by their mean: one long collection of garbage is no overload. Milliseconds. */
const window: Duration = 1_000;
/** Windows in a row, until it is believed. */
const untilLate = 2;
const untilOnTime = 3;

/**
 * Whether the process keeps up: how late its timers are, with hysteresis, so that the refusal of calls does not flicker.
 *
 * - `onTime`: the process keeps up. Entered from: the beginning; `late`. Leaves to `late` after two windows in a row with
 *   a mean of `threshold` or above.
 * - `late`: it does not. Entered from: `onTime`. Leaves to `onTime` after three windows in a row with a mean of half of
 *   `threshold` or below.
 */
export class Lateness {
  private state: 'onTime' | 'late' = 'onTime';
  /** Windows in a row that speak for the other state. */
  private inRow = 0;
  private windowFrom: Instant | undefined;
  private sum = 0;
  private count = 0;
  private lastMean = 0;

  constructor(private readonly threshold: Duration) {}

  get late(): boolean {
    return this.state === 'late';
  }

  /** The mean of the last window, in milliseconds. */
  get mean(): Duration {
    return this.lastMean;
  }

  /** A timer fired at `now`, `delay` milliseconds after it was due. */
  observe(delay: Duration, now: Instant): void {
    this.windowFrom ??= now - delay;
    this.sum += delay;
    this.count += 1;
    if (now - this.windowFrom < window) return;
    this.lastMean = this.sum / this.count;
    this.windowFrom = now;
    this.sum = 0;
    this.count = 0;
    this.judge();
  }

  private judge(): void {
    const other = this.late ? this.lastMean <= this.threshold / 2 : this.lastMean >= this.threshold;
    this.inRow = other ? this.inRow + 1 : 0;
    if (this.inRow < (this.late ? untilOnTime : untilLate)) return;
    this.state = this.late ? 'onTime' : 'late';
    this.inRow = 0;
  }
}
