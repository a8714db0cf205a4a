import type { Duration, Instant } from '../../../base/clock.ts';
import { decodeReport, encodeReport, type ReceptionBlock } from '../wire/rtcpPacket.ts';
import { type IncomingStream, roundTripTime } from './incoming.ts';
import type { OutgoingStream } from './outgoing.ts';

/** RFC 3550, §6.2: five seconds on average, half of that for the first report, each from half to one and a half of it. */
const interval: Duration = 5000;

/** What the far end says about what it hears of us; null until it has said so. */
export interface RemoteView {
  readonly lost: number | null;
  /** Milliseconds. */
  readonly jitter: number | null;
  /** Milliseconds. */
  readonly roundTripTime: number | null;
}

/** One party's side of RTCP for one stream each way. */
export class RtcpParty {
  private remote: RemoteView = { lost: null, jitter: null, roundTripTime: null };
  private reportedPackets = 0;
  private reports = 0;
  private nextAt: Instant;

  /** `random` gives a number from 0 to below 1. */
  constructor(
    private readonly outgoing: OutgoingStream,
    private readonly incoming: IncomingStream,
    private readonly cname: string,
    private readonly random: () => number,
    now: Instant,
  ) {
    this.nextAt = now + this.spread(interval / 2);
  }

  get remoteView(): RemoteView {
    return this.remote;
  }

  /** The report that is due by now, if one is. */
  due(now: Instant): Buffer | undefined {
    if (now < this.nextAt) return undefined;
    this.nextAt = now + this.spread(interval);
    if (this.outgoing.packets === 0 && this.incoming.packets === 0) return undefined;
    return this.report(now, false);
  }

  /** The last packet (RFC 3550, §6.6); none where nothing was ever said. */
  goodbye(now: Instant): Buffer | undefined {
    return this.reports === 0 && this.outgoing.packets === 0 ? undefined : this.report(now, true);
  }

  /** False: not RTCP that can be used. */
  hear(packet: Buffer, now: Instant): boolean {
    const report = decodeReport(packet);
    if (report === undefined) return false;
    if (report.sentAt !== undefined && report.ssrc === this.incoming.source) {
      this.incoming.reportCame(report.sentAt, now);
    }
    const block = report.blocks.find(each => each.ssrc === this.outgoing.ssrc);
    if (block !== undefined) this.note(block, now);
    return true;
  }

  private note(block: ReceptionBlock, now: Instant): void {
    this.remote = {
      lost: Math.max(0, block.lost),
      jitter: block.jitter / 8,
      roundTripTime: roundTripTime(block, now) ?? this.remote.roundTripTime,
    };
  }

  private report(now: Instant, bye: boolean): Buffer {
    const { outgoing } = this;
    const sentSince = outgoing.packets > this.reportedPackets;
    this.reportedPackets = outgoing.packets;
    this.reports++;
    return encodeReport({
      ssrc: outgoing.ssrc,
      sender: sentSince
        ? { at: now, timestamp: outgoing.timestampAt(now), packets: outgoing.packets, octets: outgoing.octets }
        : undefined,
      reception: this.incoming.block(now),
      cname: this.cname,
      bye,
    });
  }

  private spread(mean: Duration): Duration {
    return mean * (0.5 + this.random());
  }
}
