/**
 * What FreeSWITCH is told of the far end, and what it tells of itself. FreeSWITCH never sees the far end's description:
 * it gets one that we write, of the one stream that was agreed on, and of its answer we take the address and the port.
 * What the far end sees is written by `media/sdp`, as for every media server.
 */
import { isIPv6 } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { KozpontError } from '../../base/errors.ts';
import { type AudioAgreement, reversed, type TransportAddress } from '../sdp/agreement.ts';
import type { SessionDescription } from '../sdp/description.ts';
import { parseSdp } from '../sdp/parse.ts';
import { hasNames, type ResolveHost, withAddresses } from '../sdp/resolve.ts';

/** Where media for nobody goes: a documentation address (RFC 5737), and nothing is sent to `inactive`. */
const nowhere: TransportAddress = { address: '192.0.2.1', port: 9 };

const staticPayloadTypes = { PCMU: 0, PCMA: 8 } as const;

/** An offer to FreeSWITCH on behalf of the far end; without an agreement, of one that is not known yet. */
export class RemoteDescription {
  private version = 0;
  private written: readonly string[] = [];
  private last: TransportAddress = nowhere;

  constructor(private readonly sessionId: string) {}

  /** Undefined where FreeSWITCH knows that already. */
  write(agreement: AudioAgreement | undefined): string | undefined {
    const { address, port } = agreement?.remote ?? this.last;
    const lines = [`c=IN ${isIPv6(address) ? 'IP6' : 'IP4'} ${address}`, 't=0 0', ...mediaOf(agreement, port)];
    if (lines.join() === this.written.join()) return undefined;
    this.last = { address, port };
    this.written = lines;
    this.version++;
    const origin = `o=- ${this.sessionId} ${this.version} IN IP4 127.0.0.1`;
    return ['v=0', origin, 's=-', ...lines, ''].join('\r\n');
  }

  /** FreeSWITCH has refused what was written last, or nobody knows: the next one is sent in any case. */
  forget(): void {
    this.written = [];
  }
}

function mediaOf(agreement: AudioAgreement | undefined, port: number): string[] {
  if (agreement === undefined) {
    return [`m=audio ${port} RTP/AVP 8 0 101`, ...telephoneEvent(101), 'a=ptime:20', 'a=inactive'];
  }
  const { codec, payloadType, telephoneEvent: event, remoteRtcp } = agreement;
  const formats = event === undefined ? [payloadType] : [payloadType, event];
  return [
    `m=audio ${port} RTP/AVP ${formats.join(' ')}`,
    `a=rtpmap:${payloadType} ${codec}/8000`,
    ...(event === undefined ? [] : telephoneEvent(event)),
    'a=ptime:20',
    ...(remoteRtcp === undefined ? [] : [`a=rtcp:${remoteRtcp.port}`]),
    `a=${reversed(agreement.direction)}`,
  ];
}

const telephoneEvent = (payloadType: number): string[] => [
  `a=rtpmap:${payloadType} telephone-event/8000`,
  `a=fmtp:${payloadType} 0-15`,
];

/** Where FreeSWITCH is. Error: `MEDIA_UNAVAILABLE`. */
export function addressIn(answer: string): TransportAddress {
  const line = parseSdp(answer).media.find(media => media.kind === 'audio' && media.port > 0);
  if (line?.address === undefined)
    throw new KozpontError('MEDIA_UNAVAILABLE', 'FreeSWITCH takes no audio of this call');
  return { address: line.address, port: line.port };
}

/**
 * The far end's description as far as FreeSWITCH can follow it: it knows G.711 by the numbers of RFC 3551 alone, and
 * keeps RTCP on a port of its own.
 */
export const readable = (text: string): SessionDescription => followed(parseSdp(text));

/** The same, with addresses for names. */
export async function resolved(
  text: string,
  resolve: ResolveHost | undefined,
  clock: Clock,
  signalling: string | undefined,
): Promise<SessionDescription> {
  const description = readable(text);
  if (resolve === undefined || !hasNames(description)) return description;
  return withAddresses(description, resolve, clock, signalling);
}

function followed({ media }: SessionDescription): SessionDescription {
  return {
    media: media.map(line => ({
      ...line,
      rtcpMux: false,
      codecs: line.codecs.filter(({ encoding, payloadType }) => {
        const known = staticPayloadTypes[encoding as keyof typeof staticPayloadTypes];
        return known === undefined || known === payloadType;
      }),
    })),
  };
}
