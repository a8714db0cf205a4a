import type { Clock, Duration, Instant } from '../../../base/clock.ts';

/** A source that has not proven itself anew for this long is forgotten. */
const remembered: Duration = 3_600_000;
const mostRemembered = 65_536;

/**
 * Addresses that have shown that they receive what is sent to them: they have repeated something that only our answer
 * could tell them (a tag, a branch). The source of a datagram is easily forged; what goes to an address that has proven
 * nothing must cost its owner no more than what the sender has spent.
 */
export class ProvenSources {
  /** Until when; the one that proved itself first comes first. */
  private readonly until = new Map<string, Instant>();

  constructor(private readonly clock: Clock) {}

  has(address: string): boolean {
    const until = this.until.get(address);
    if (until === undefined) return false;
    if (until > this.clock.now()) return true;
    this.until.delete(address);
    return false;
  }

  add(address: string): void {
    this.until.delete(address);
    if (this.until.size >= mostRemembered) {
      const [first] = this.until.keys();
      if (first !== undefined) this.until.delete(first);
    }
    this.until.set(address, this.clock.now() + remembered);
  }
}
