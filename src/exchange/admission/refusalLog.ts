import type { Clock, Duration, Instant } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { RefusalReason } from '../ports.ts';

/** Between two lines for the same reason. Milliseconds. */
const apart: Duration = 5_000;

/** The first refusal for a reason is logged at once, those that follow in one line every few seconds: a flood of calls is no flood of lines. */
export class RefusalLog {
  private readonly told = new Map<RefusalReason, { at: Instant; since: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** `example`: what is known of this one. */
  refused(reason: RefusalReason, example: Readonly<Record<string, unknown>>): void {
    const now = this.clock.now();
    const last = this.told.get(reason);
    if (last !== undefined && now - last.at < apart) {
      last.since += 1;
      return;
    }
    this.told.set(reason, { at: now, since: 0 });
    this.log.warn({ reason, ...example, others: last?.since ?? 0 }, 'a call is refused');
  }
}
