import type { Clock, Duration, Instant } from '../../../../base/clock.ts';
import { type Hop, keyOfHop } from '../../transport/transport.ts';

const mostRemembered = 65_536;

/** Flows whose far ends the core knows: registered phones, peers in calls. Each for a time. */
export class KnownFlows {
  /** Until when; the one that was heard of first comes first. */
  private readonly until = new Map<string, Instant>();

  constructor(private readonly clock: Clock) {}

  has(flow: Hop): boolean {
    const key = keyOfHop(flow);
    const until = this.until.get(key);
    if (until === undefined) return false;
    if (until > this.clock.now()) return true;
    this.until.delete(key);
    return false;
  }

  /** Never for less time than it was known before. */
  add(flow: Hop, duration: Duration): void {
    const key = keyOfHop(flow);
    const until = Math.max(this.until.get(key) ?? 0, this.clock.now() + duration);
    this.until.delete(key);
    if (this.until.size >= mostRemembered) {
      const [first] = this.until.keys();
      if (first !== undefined) this.until.delete(first);
    }
    this.until.set(key, until);
  }
}
