import type { Clock, Duration } from './clock.ts';
import { KozpontError } from './errors.ts';

/**
 * The outcome of `work`, or a `DEADLINE_PASSED` error after `within` milliseconds, whichever is first.
 * `late` is handed a value that comes after the deadline, so that what it holds can still be let go of.
 */
export function withDeadline<T>(
  clock: Clock,
  within: Duration,
  what: string,
  work: Promise<T>,
  late?: (value: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = clock.after(within, () => {
      over = true;
      reject(new KozpontError('DEADLINE_PASSED', `${what} did not end within ${within} ms`));
    });
    work.then(
      value => {
        timer.cancel();
        if (over) late?.(value);
        else resolve(value);
      },
      error => {
        timer.cancel();
        if (!over) reject(error);
      },
    );
  });
}
