import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock, Duration } from '../base/clock.ts';

/** How long the event loop was held up at most, beyond the millisecond that it is asked for. */
export class Watchdog {
  private readonly histogram = monitorEventLoopDelay({ resolution: 1 });

  start(): void {
    this.histogram.reset();
    this.histogram.enable();
  }

  /** Milliseconds, since the start. */
  stop(): Duration {
    this.histogram.disable();
    return Math.max(0, this.histogram.max / 1e6 - 1);
  }

  /** The same, of a time in which nothing is done. */
  async during(clock: Clock, duration: Duration): Promise<Duration> {
    this.start();
    await new Promise<void>(resolve => void clock.after(duration, resolve));
    return this.stop();
  }
}
