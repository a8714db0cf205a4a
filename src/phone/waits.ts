import type { Clock, Duration, Timer } from '../base/clock.ts';
import { disposed } from '../base/disposed.ts';
import { KozpontError } from '../base/errors.ts';

interface Wait {
  check(): void;
  give(error: KozpontError): void;
}

/** Promises that are kept when something comes to pass: looked at whenever anything has changed, never by sleeping. */
export class Waits {
  private readonly waiting = new Set<Wait>();
  private closed = false;

  /** `patience`: after it a wait fails with `DEADLINE_PASSED`. */
  constructor(
    private readonly clock: Clock,
    private readonly patience: Duration,
    /** For whoever else looks. */
    private readonly onChange: () => void = () => {},
  ) {}

  /** For tests: zero when nobody waits for anything. */
  get size(): number {
    return this.waiting.size;
  }

  /**
   * The first value that `look` gives which is not undefined; what it throws is the end of the wait. `instead` tells,
   * for the error, what was there in its place. Errors besides: `DEADLINE_PASSED`, `DISPOSED`.
   */
  until<T>(what: string, look: () => T | undefined, instead: () => string, patience = this.patience): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(disposed('the phone'));
        return;
      }
      let timer: Timer | undefined;
      const wait: Wait = {
        check: () => {
          let value: T | undefined;
          try {
            value = look();
          } catch (error) {
            end();
            reject(error);
            return;
          }
          if (value === undefined) return;
          end();
          resolve(value);
        },
        give: error => {
          end();
          reject(error);
        },
      };
      const end = (): void => {
        this.waiting.delete(wait);
        timer?.cancel();
      };
      this.waiting.add(wait);
      timer = this.clock.after(patience, () =>
        wait.give(
          new KozpontError('DEADLINE_PASSED', `${what} did not come to pass within ${patience} ms: ${instead()}`),
        ),
      );
      wait.check();
    });
  }

  changed(): void {
    for (const wait of this.waiting) wait.check();
    this.onChange();
  }

  close(): void {
    this.closed = true;
    for (const wait of [...this.waiting]) wait.give(disposed('the phone'));
  }
}
