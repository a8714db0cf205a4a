import type { Clock, Duration, Timer } from '../../base/clock.ts';

/** Answers that wait, at most so many: what does not find room is answered at once. */
const most = 500;

export class Late {
  private readonly waiting = new Map<Timer, () => void>();
  private closed = false;

  constructor(private readonly clock: Clock) {}

  answer(after: Duration, run: () => void): void {
    if (this.closed || after <= 0 || this.waiting.size >= most) return run();
    const timer = this.clock.after(after, () => {
      this.waiting.delete(timer);
      run();
    });
    this.waiting.set(timer, run);
  }

  /** Nobody waits any more. */
  close(): void {
    this.closed = true;
    for (const [timer, run] of [...this.waiting]) {
      timer.cancel();
      run();
    }
    this.waiting.clear();
  }
}
