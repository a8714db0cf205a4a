import type { Clock, Duration, Instant } from '../../../base/clock.ts';

/** A source that has not proven itself anew for this long is forgotten. */
const remembered: Duration = 3_600_000;
const mostRemembered = 65_536;
/** Refusals to one address that may wait for their ACKs and be repeated meanwhile; a trunk refuses many calls a second. */
const mostOwed = 8;
const mostOwedByTrusted = 64;

/**
 * Addresses that have shown that they receive what is sent to them: they have repeated something that only our answer
 * could tell them (a tag, a branch). The source of a datagram is easily forged; what goes to an address that has proven
 * nothing must cost its owner no more than what the sender has spent. Neither must what goes to one that has, and that
 * somebody else names: while it owes us the ACKs of several refusals, or after it never sent one, it has proven nothing.
 * Those that are trusted (trunks) need no proof: their first call may ring for long, and an INVITE without a 100 goes to
 * another switchboard after some seconds.
 */
export class ProvenSources {
  /** Until when; the one that proved itself first comes first. */
  private readonly until = new Map<string, Instant>();
  /** How many ACKs an address owes. */
  private readonly owed = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly trusted: (address: string) => boolean = () => false,
  ) {}

  has(address: string): boolean {
    if (this.trusted(address)) return (this.owed.get(address) ?? 0) < mostOwedByTrusted;
    const until = this.until.get(address);
    if (until === undefined) return false;
    if (until > this.clock.now()) return (this.owed.get(address) ?? 0) < mostOwed;
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

  /** A refusal has gone there that is repeated until its ACK. Call the result once: whether that came. */
  refused(address: string): (acknowledged: boolean) => void {
    this.owed.set(address, (this.owed.get(address) ?? 0) + 1);
    return acknowledged => {
      const left = (this.owed.get(address) ?? 1) - 1;
      if (left > 0) this.owed.set(address, left);
      else this.owed.delete(address);
      if (!acknowledged) this.until.delete(address);
    };
  }
}
