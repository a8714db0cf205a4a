import { KozpontError } from '../../base/errors.ts';

/**
 * The events of a leg on their way to the exchange: in order, one at a time, never inside a call that the exchange
 * makes on the leg, and none after the last.
 */
export class LegMailbox {
  private readonly waiting: (() => void)[] = [];
  private scheduled = false;
  private last = false;

  constructor(private readonly failed: (error: unknown) => void) {}

  /** Whether the last event was posted. */
  get finished(): boolean {
    return this.last;
  }

  post(deliver: () => void): void {
    if (this.last) return;
    this.waiting.push(deliver);
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => this.drain());
  }

  /** As `post`, for what has an outcome; rejects where nobody is left to answer. */
  ask<T>(deliver: () => Promise<T>): Promise<T> {
    if (this.last) return Promise.reject(new KozpontError('DISPOSED', 'the leg has ended'));
    return new Promise((resolve, reject) => {
      this.post(() => {
        deliver().then(resolve, reject);
      });
    });
  }

  /** What comes after it is not delivered; what waits already is. */
  finish(deliver: () => void): void {
    this.post(deliver);
    this.last = true;
  }

  private drain(): void {
    for (let deliver = this.waiting.shift(); deliver !== undefined; deliver = this.waiting.shift()) {
      try {
        deliver();
      } catch (error) {
        this.failed(error);
      }
    }
    this.scheduled = false;
  }
}
