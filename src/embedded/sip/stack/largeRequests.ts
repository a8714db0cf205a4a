import type { Clock, Duration, Instant } from '../../../base/clock.ts';
import { familyOf } from '../transport/addresses.ts';
import type { Hop } from '../transport/transport.ts';
import type { TransportSet } from '../transport/transportSet.ts';

/** Bytes of a request beyond which UDP would tear it into fragments (RFC 3261, §18.1.1, for an unknown path MTU). */
const largest = 1300;

/** Where TCP was refused, the next requests are spared the attempt for this long. */
const spared: Duration = 600_000;
const sparedPlaces = 10_000;

/**
 * Which requests go by TCP although UDP was meant (RFC 3261, §18.1.1). Where nobody takes the connection they go by UDP
 * after all, and the place is remembered: a phone behind a NAT never takes one, and callers should not wait for it each
 * time.
 */
export class LargeRequests {
  /** Short, as a caller waits: a connection that comes up at all does so within a few round trips. */
  readonly connectTime: Duration = 1_500;
  private readonly refusals = new Map<string, Instant>();

  constructor(
    private readonly clock: Clock,
    private readonly transports: TransportSet,
  ) {}

  /** A hop that names its listener is a flow (a registered phone's): what is sent to it stays on it. */
  wantsTcp(hop: Hop, bytes: number): boolean {
    if (hop.protocol !== 'udp' || bytes <= largest || hop.listener !== undefined) return false;
    if (!this.transports.serves('tcp', familyOf(hop.address))) return false;
    const until = this.refusals.get(keyOf(hop));
    return until === undefined || until <= this.clock.now();
  }

  refused(hop: Hop): void {
    if (this.refusals.size >= sparedPlaces) this.refusals.clear();
    this.refusals.set(keyOf(hop), this.clock.now() + spared);
  }
}

const keyOf = ({ address, port }: Hop): string => `${address} ${port}`;
