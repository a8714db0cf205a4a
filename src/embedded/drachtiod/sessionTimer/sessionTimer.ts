/**
 * The timer of one session (RFC 4028, §10).
 *
 * - `off`: no timer was agreed on. Entered from: the beginning, `stop`. Leaves to `watching` or `waiting` by `start`.
 * - `watching`: the far end refreshes; the session ends somewhat before the interval is over. Entered by `start`.
 *   Leaves to itself or `waiting` by `start` (a refresh came), to `off` by `stop` and by expiry.
 * - `waiting`: we refresh when half of the interval is over. Entered by `start`, and from `refreshing` by `retry`.
 *   Leaves to `refreshing` by time, else as `watching` does.
 * - `refreshing`: our refresh is under way; the session ends as in `watching` if nothing comes of it. Entered from
 *   `waiting`. Leaves to `watching` or `waiting` by `start`, to `waiting` by `retry`, to `off` by `stop` and by expiry.
 */
import type { Clock, Duration, Instant, Timer } from '../../../base/clock.ts';
import type { SessionInterval } from './negotiation.ts';

export interface SessionTimerEvents {
  /** It is our turn to refresh. Followed by `start`, `retry`, `stop`, or in the end by `expired`. */
  refresh(interval: SessionInterval): void;
  /** The session was not refreshed in time: it is to be ended. The timer is off. */
  expired(): void;
}

/** §10: a BYE goes out this long before the end of the interval. */
const margin = (interval: Duration): Duration => Math.min(32_000, interval / 3);

export class SessionTimer {
  private state: 'off' | 'watching' | 'waiting' | 'refreshing' = 'off';
  private current: SessionInterval | undefined;
  private refreshAt: Timer | undefined;
  private expiry: Timer | undefined;
  private expiresAt: Instant = 0;

  constructor(
    private readonly clock: Clock,
    private readonly events: SessionTimerEvents,
  ) {}

  /** As agreed on; undefined while it is off. */
  get interval(): SessionInterval | undefined {
    return this.current;
  }

  get running(): boolean {
    return this.state !== 'off';
  }

  /** A session was set up or refreshed: the interval begins anew. */
  start(interval: SessionInterval): void {
    this.stop();
    this.current = interval;
    const length = interval.seconds * 1000;
    this.expiresAt = this.clock.now() + length - margin(length);
    this.expiry = this.clock.at(this.expiresAt, () => this.expire());
    if (interval.refresher === 'them') {
      this.state = 'watching';
    } else {
      this.state = 'waiting';
      this.arm(length / 2);
    }
  }

  /** The refresh could not be done now (491, an INVITE under way): once more after `delay`, if the session lasts so long. */
  retry(delay: Duration): void {
    if (this.state !== 'refreshing') return;
    this.state = 'waiting';
    this.arm(delay);
  }

  stop(): void {
    this.state = 'off';
    this.current = undefined;
    this.refreshAt?.cancel();
    this.expiry?.cancel();
  }

  private arm(delay: Duration): void {
    this.refreshAt = this.clock.after(delay, () => {
      if (this.state !== 'waiting' || this.current === undefined) return;
      this.state = 'refreshing';
      this.events.refresh(this.current);
    });
  }

  private expire(): void {
    this.stop();
    this.events.expired();
  }
}
