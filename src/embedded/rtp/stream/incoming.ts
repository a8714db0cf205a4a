import { assertNever } from '../../../base/assertNever.ts';
import type { Instant } from '../../../base/clock.ts';
import { compactNtp, type ReceptionBlock } from '../wire/rtcpPacket.ts';
import type { RtpView } from '../wire/rtpPacket.ts';
import { type Arrival, ArrivalOrder } from './arrivals.ts';

/** A transit time that jumps by more says that the source began anew, not that the network was slow. */
const longestTransitStep = 5000 * 8;

/**
 * What is known of the packets that come in: counts, loss and jitter (RFC 3550, §6.4.1, §A.1, §A.3, §A.8). A new SSRC
 * begins anew where the protocol wants it; the totals run on.
 */
export class IncomingStream {
  packets = 0;
  /** Of payload. */
  bytes = 0;

  private readonly order = new ArrivalOrder();
  /** Extended sequence numbers: with the turns of the counter in the high bits. */
  private base = 0;
  private highest = 0;
  private received = 0;
  private earlierExpected = 0;
  private earlierReceived = 0;
  private jitterUnits = 0;
  private jitterSamples = 0;
  private lastArrival = Number.NaN;
  private lastTimestamp = 0;
  private priorExpected = 0;
  private priorReceived = 0;
  private reportHeard = 0;
  private reportHeardAt = 0;

  get source(): number | undefined {
    return this.order.ssrc;
  }

  /** By how many packets the last one was ahead of those before it. */
  get step(): number {
    return this.order.step;
  }

  /** Null until two packets have come. */
  get lost(): number | null {
    if (this.packets < 2) return null;
    return Math.max(0, this.earlierExpected + this.expected - this.earlierReceived - this.received);
  }

  /** Milliseconds; null until it was measured. */
  get jitter(): number | null {
    return this.jitterSamples === 0 ? null : this.jitterUnits / 8;
  }

  private get expected(): number {
    return this.source === undefined ? 0 : this.highest - this.base + 1;
  }

  /** Counts a packet, and says where it stands. `timed`: the timestamp is that of the packet's own sound, which that of a telephone event is not. */
  count(view: RtpView, now: Instant, timed: boolean): Arrival {
    this.packets++;
    this.bytes += view.end - view.start;
    const known = this.source !== undefined;
    const arrival = this.order.judge(view, now, timed);
    switch (arrival) {
      case 'first':
        if (known) this.begin();
        this.restart(view.sequence);
        break;
      case 'restart':
        this.keepTotals();
        this.restart(view.sequence);
        break;
      case 'next':
        this.highest += this.order.step;
        this.received++;
        break;
      case 'late':
      case 'copy':
        this.received++;
        break;
      case 'stray':
        return arrival;
      default:
        return assertNever(arrival);
    }
    if (timed) this.measure(view.timestamp, now);
    return arrival;
  }

  private begin(): void {
    this.keepTotals();
    this.lastArrival = Number.NaN;
    this.jitterUnits = 0;
    this.jitterSamples = 0;
    this.reportHeard = 0;
  }

  private keepTotals(): void {
    this.earlierExpected += this.expected;
    this.earlierReceived += this.received;
  }

  private restart(sequence: number): void {
    this.base = sequence;
    this.highest = sequence;
    this.received = 1;
    this.priorExpected = 0;
    this.priorReceived = 0;
  }

  private measure(timestamp: number, now: Instant): void {
    if (!Number.isNaN(this.lastArrival)) {
      const step = Math.abs((now - this.lastArrival) * 8 - ((timestamp - this.lastTimestamp) | 0));
      if (step < longestTransitStep) {
        this.jitterUnits += (step - this.jitterUnits) / 16;
        this.jitterSamples++;
      }
    }
    this.lastArrival = now;
    this.lastTimestamp = timestamp;
  }

  /** A sender report of the far end came; `sentAt` is its compact NTP time. */
  reportCame(sentAt: number, now: Instant): void {
    this.reportHeard = sentAt;
    this.reportHeardAt = now;
  }

  /** For our next report. Undefined: nothing has come yet. */
  block(now: Instant): ReceptionBlock | undefined {
    const { source } = this;
    if (source === undefined) return undefined;
    const expected = this.expected - this.priorExpected;
    const lost = expected - (this.received - this.priorReceived);
    this.priorExpected = this.expected;
    this.priorReceived = this.received;
    return {
      ssrc: source,
      fractionLost: expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected)),
      lost: this.expected - this.received,
      highestSequence: this.highest,
      jitter: this.jitterUnits,
      lastReport: this.reportHeard,
      delay: this.reportHeard === 0 ? 0 : Math.round(((now - this.reportHeardAt) * 65_536) / 1000),
    };
  }
}

/** Milliseconds there and back, from a block about us (RFC 3550, §6.4.1); null where it says nothing, or nonsense. */
export function roundTripTime(block: ReceptionBlock, now: Instant): number | null {
  if (block.lastReport === 0) return null;
  const units = (compactNtp(now) - block.lastReport - block.delay) | 0;
  return units < 0 ? null : (units * 1000) / 65_536;
}
