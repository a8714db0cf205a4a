import type { Clock, Duration, Timer } from '../../../base/clock.ts';

/** The timers of one transaction, by name. */
export class TimerSet<Name extends string> {
  private readonly running = new Map<Name, Timer>();

  constructor(
    private readonly clock: Clock,
    private readonly fire: (name: Name) => void,
  ) {}

  start(name: Name, after: Duration): void {
    this.stop(name);
    this.running.set(
      name,
      this.clock.after(after, () => {
        this.running.delete(name);
        this.fire(name);
      }),
    );
  }

  stop(name: Name): void {
    const timer = this.running.get(name);
    if (timer === undefined) return;
    timer.cancel();
    this.running.delete(name);
  }

  stopAll(): void {
    for (const timer of this.running.values()) timer.cancel();
    this.running.clear();
  }
}
