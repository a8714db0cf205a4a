/**
 * One stimulus, full drain, then the next. What is posted while a stimulus is handled waits its turn, so that a
 * handler never runs inside another one and the order of arrival is the order of effects.
 */
export class Mailbox<T> {
  private readonly waiting: T[] = [];
  private draining = false;

  /** `onError` is told of what `handle` throws; the mailbox goes on with the next stimulus. */
  constructor(
    private readonly handle: (stimulus: T) => void,
    private readonly onError: (error: unknown, stimulus: T) => void,
  ) {}

  post(stimulus: T): void {
    this.waiting.push(stimulus);
    if (this.draining) return;
    this.draining = true;
    try {
      for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
        try {
          this.handle(next);
        } catch (error) {
          this.onError(error, next);
        }
      }
    } finally {
      this.draining = false;
    }
  }
}
