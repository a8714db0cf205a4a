import type { RemoteInfo } from 'node:dgram';
import type { Instant } from '../../base/clock.ts';
import type { AudioAgreement, TransportAddress } from '../../media/sdp/agreement.ts';
import type { PortPair } from './socket/portPair.ts';
import type { RtcpParty } from './stream/rtcpParty.ts';

/** What was received: `refused` is of somebody who is not the far end, `unusable` no RTCP. */
export type RtcpVerdict = 'heard' | 'refused' | 'unusable';

/** Where RTCP comes from and goes to: beside RTP, on a port of its own or on the same one (RFC 5761). */
export class RtcpChannel {
  private heardFrom: TransportAddress | undefined;

  constructor(readonly party: RtcpParty) {}

  /** After a re-negotiation it may come from elsewhere. */
  forget(): void {
    this.heardFrom = undefined;
  }

  receive(packet: Buffer, from: RemoteInfo, target: TransportAddress | undefined, now: Instant): RtcpVerdict {
    if (from.address !== target?.address) return 'refused';
    if (!this.party.hear(packet, now)) return 'unusable';
    this.heardFrom = { address: from.address, port: from.port };
    return 'heard';
  }

  send(
    packet: Buffer,
    ports: PortPair,
    agreement: AudioAgreement | undefined,
    target: TransportAddress | undefined,
  ): void {
    if (agreement === undefined || target === undefined) return;
    if (agreement.rtcpMux) {
      ports.rtp.send(packet, target);
      return;
    }
    const described = agreement.remote?.address === target.address && agreement.remote.port === target.port;
    const next = { address: target.address, port: Math.min(target.port + 1, 65_535) };
    ports.rtcp.send(packet, this.heardFrom ?? (described ? agreement.remoteRtcp : undefined) ?? next);
  }
}
