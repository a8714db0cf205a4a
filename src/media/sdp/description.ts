/** A session description (RFC 8866) as far as a switchboard needs it: plain data, everything checked. */
import type { Direction } from '../port.ts';

export interface SessionDescription {
  readonly media: readonly MediaLine[];
}

/** One `m=` line with what belongs to it. What stands at session level has been handed down. */
export interface MediaLine {
  /** `audio`, `video`, … in lower case. */
  readonly kind: string;
  /** 0: the stream is refused or switched off (RFC 3264, §6, §8.2). */
  readonly port: number;
  /** `RTP/AVP`, `RTP/SAVP`, … as it came. */
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly direction: Direction;
  /** An IP address; undefined where there is none, or a name in its place. `0.0.0.0` stays as it came. */
  readonly address: string | undefined;
  /** The name in the place of an address, in lower case, and the IP version that it is said to be of; `resolve.ts` finds its address. */
  readonly host?: { readonly name: string; readonly version: 4 | 6 } | undefined;
  /** In the order of the formats; only what has a payload type of 0 to 127. */
  readonly codecs: readonly PayloadFormat[];
  /** `a=rtcp` (RFC 3605). */
  readonly rtcp: { readonly port: number; readonly address: string | undefined } | undefined;
  /** RFC 5761. */
  readonly rtcpMux: boolean;
  /** Milliseconds a packet, as the far end would like it. */
  readonly ptime: number | undefined;
}

export interface PayloadFormat {
  readonly payloadType: number;
  /** In upper case, as names of encodings do not tell cases apart (RFC 8866, §6.6). */
  readonly encoding: string;
  /** Hertz. */
  readonly rate: number;
}
