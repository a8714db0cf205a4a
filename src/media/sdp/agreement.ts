/** What two parties have agreed on for their one audio stream, as plain data. */
import type { Direction } from '../port.ts';

export type AudioCodec = 'PCMU' | 'PCMA';

export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}

export interface AudioAgreement {
  /** Where the far end wants its media; undefined: nowhere (port 0, or `c=0.0.0.0` of RFC 2543's hold). */
  readonly remote: TransportAddress | undefined;
  readonly remoteRtcp: TransportAddress | undefined;
  readonly rtcpMux: boolean;
  /** What we send, and the payload type that the far end knows it by. */
  readonly codec: AudioCodec;
  readonly payloadType: number;
  /** The payload type of RFC 4733's events towards the far end; undefined: it does not take them. */
  readonly telephoneEvent: number | undefined;
  /** What each payload type means that may arrive. */
  readonly receives: ReadonlyMap<number, AudioCodec | 'telephoneEvent'>;
  /** As seen from us. */
  readonly direction: Direction;
  /** The far end does not want to hear us: `sendonly` or `inactive` from there, no address, or port 0. */
  readonly remoteHold: boolean;
}

/** What we bring into a negotiation. */
export interface LocalAudio {
  readonly address: string;
  /** RTP; RTCP has the next one. */
  readonly port: number;
  /** In the order of our preference; an answer follows the order of the offer (RFC 3264, §6.1). */
  readonly codecs: readonly AudioCodec[];
  /** The payload type of telephone events in our offers; an answer takes that of the offer. */
  readonly telephoneEvent: number;
  /** `sendrecv` for all but a party that holds the other one. */
  readonly direction: Direction;
}

export const sends = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'sendonly';
export const receives = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'recvonly';

/** The same direction as the other side sees it. */
export const reversed = (direction: Direction): Direction =>
  direction === 'sendonly' ? 'recvonly' : direction === 'recvonly' ? 'sendonly' : direction;

/** What is left where each of two directions allows only a part. */
export function narrowed(one: Direction, other: Direction): Direction {
  const send = sends(one) && sends(other);
  const receive = receives(one) && receives(other);
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}
