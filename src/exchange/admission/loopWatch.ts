import type { Clock, Duration, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { Lateness } from './lateness.ts';

/** How often it is looked at. Milliseconds. */
const every: Duration = 100;

/** Watches how late the timers of this process are, which is how late everything is that it does for its calls. */
export class LoopWatch {
  private readonly lateness: Lateness;
  private timer: Timer;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    threshold: Duration,
  ) {
    this.lateness = new Lateness(threshold);
    this.timer = this.arm();
  }

  /** Since a while, and not over yet. */
  get late(): boolean {
    return this.lateness.late;
  }

  /** Milliseconds, over the last second or so. */
  get delay(): Duration {
    return this.lateness.mean;
  }

  close(): void {
    this.timer.cancel();
  }

  private arm(): Timer {
    const due = this.clock.now() + every;
    return this.clock.at(due, () => {
      const now = this.clock.now();
      this.timer = this.arm();
      const before = this.late;
      this.lateness.observe(now - due, now);
      if (this.late === before) return;
      const told = { delay: Math.round(this.delay) };
      if (this.late) this.log.warn(told, 'overloaded: new calls are refused until the process keeps up again');
      else this.log.info(told, 'the process keeps up again');
    });
  }
}
