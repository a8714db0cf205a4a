import type { Clock, Duration, Instant } from '../../base/clock.ts';

/** Made anew so many times within the window; beyond that, and while it is being made, everybody gets the last one. */
const most = 10;
const window: Duration = 1_000;

/** To make the text of the metrics costs milliseconds of everybody's time: who asks for it a hundred times a second is not to have them. */
export function recent(clock: Clock, make: () => Promise<string>): () => Promise<string> {
  let last: Promise<string> | undefined;
  let making = false;
  let since: Instant = clock.now();
  let made = 0;
  return () => {
    const now = clock.now();
    if (now - since >= window) {
      since = now;
      made = 0;
    }
    if (last !== undefined && (making || made >= most)) return last;
    made++;
    making = true;
    last = make().finally(() => {
      making = false;
    });
    return last;
  };
}
