/**
 * The media port: what the switchboard needs of a media server. Two adapters stand behind it (the embedded engine,
 * FreeSWITCH) and pass one contract suite. Every promise settles; an endpoint that dies says so through `gone`, once,
 * and everything asked of it afterwards fails with `DISPOSED`.
 */
import type { KozpontError } from '../base/errors.ts';
import type { Facing } from '../base/facing.ts';

export interface MediaServer {
  /** For logs and metrics. */
  readonly name: string;
  /** It takes new endpoints now. */
  readonly ready: boolean;
  /** Errors: `PORTS_EXHAUSTED`, `MEDIA_UNAVAILABLE`, `INVALID_SDP`. */
  createEndpoint(options: EndpointOptions): Promise<MediaEndpoint>;
  /** How many endpoints there are: zero at the end of every test. */
  readonly endpoints: number;
  close(): Promise<void>;
}

export interface EndpointOptions {
  /** For the log. */
  readonly callId: string;
  readonly legId: string;
  /** The far end's offer; absent: we offer, and `accept` takes the answer. */
  readonly offer?: string;
  /**
   * Where the far end's signalling comes from (an IP address), for parties behind NAT: media may come from there
   * although the description says otherwise.
   */
  readonly signallingAddress?: string;
  /**
   * Each far end that the first description may be for, so that it names an address that it can reach, of its family: one
   * where it has called us, several where several phones are to ring, none where nobody knows.
   */
  readonly facing?: readonly Facing[];
  /** Another party of the call: where there is more than one server, only endpoints of the same one can be bridged. */
  readonly beside?: MediaEndpoint;
  /** Where there is more than one server: the name of one that has just failed. */
  readonly avoid?: string;
  readonly events: EndpointEvents;
}

/** How a key was heard: as a telephone event (RFC 4733), or as its tones in the sound (ITU-T Q.23). */
export type DigitWay = 'event' | 'tone';

export interface EndpointEvents {
  /**
   * One of `0`–`9`, `*`, `#`, `A`–`D`, once per press (RFC 4733, §2.5.1), when the press is recognised (its first packet; a
   * tone after some 40 ms). Tones are not heard any more once events come. Without a way it was an event.
   */
  digit(digit: string, way?: DigitWay): void;
  /** Media comes from an address and port that nothing explains, and is not heard (`192.0.2.1:4000`): once, if at all. */
  elsewhere?(source: string): void;
  /** The endpoint died without being asked to, and whatever was asked of it fails now. */
  gone(error: KozpontError): void;
}

/** As seen from us (RFC 3264, §5.1). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/**
 * Without `loop` a tone is heard for a while: `ringback` 5 s (1 s on, 4 s off, beginning with the tone), `busy` 4 s,
 * `error` 2 s, `confirm` half a second, `returned` (a transfer has failed, and the caller is back) one second.
 */
export type Tone = 'ringback' | 'busy' | 'error' | 'confirm' | 'returned';

/** What can be heard. A file is 8 kHz mono 16-bit WAV and its path is always ours, never made from a stranger's text. */
export type Sound =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'tone'; readonly tone: Tone }
  | { readonly kind: 'silence'; readonly duration: number };

export interface PlayOptions {
  /** Again and again until it is stopped. */
  readonly loop?: boolean;
}

/**
 * `completed`: heard to the end; `stopped`: by `stop`, by a new `play`, by `bridge`, by the end of the endpoint;
 * `failed`: one of the sounds could not be had, and nothing was heard.
 */
export type PlayOutcome = 'completed' | 'stopped' | 'failed';

export interface MediaEndpoint {
  readonly id: string;
  /** The name of its media server. */
  readonly server: string;
  /** Our description: the answer to the last offer, or the offer that we made. */
  readonly localSdp: string;
  /** Our offer as it is for one of the far ends of `EndpointOptions.facing`; absent: `localSdp` is for all. */
  sdpFor?(facing: Facing): string;
  /** The far end does not want to hear us, by its last description: `sendonly`, `inactive`, `c=0.0.0.0` or port 0. */
  readonly remoteHold: boolean;
  /**
   * The answer to our offer. May come again, with another content: early media, then the answer of the branch that won.
   * `signallingAddress` as in `EndpointOptions`, where it is known only now; `facing`: which of those there has answered.
   * Error: `INVALID_SDP`, and nothing has changed.
   */
  accept(answer: string, signallingAddress?: string, facing?: Facing): Promise<void>;
  /**
   * A new offer of the far end (re-INVITE, UPDATE): gives our answer. `signallingAddress`: where that came from; a phone
   * may have moved. Error: `INVALID_SDP`, and nothing has changed.
   */
  answer(offer: string, signallingAddress?: string, facing?: Facing): Promise<string>;
  /** A new offer of ours (a re-INVITE that came without one); `accept` takes the answer. */
  offer(): Promise<string>;
  /**
   * Replaces what is playing. Sounds are played one after the other, without a gap. On an endpoint that is bridged it is
   * heard in place of the other party, until it ends.
   */
  play(sounds: readonly Sound[], options?: PlayOptions): Promise<PlayOutcome>;
  stop(): Promise<void>;
  /**
   * Each hears the other, until `unbridge` on either of the two or the end of one. Telephone events go through.
   * Whatever was playing on either of them is stopped. An endpoint that is bridged already leaves its old bridge.
   * Error: `MEDIA_UNAVAILABLE`, where the other one is on another server.
   */
  bridge(other: MediaEndpoint): Promise<void>;
  unbridge(): Promise<void>;
  /**
   * What the far end says and what it hears, mixed to mono, into a WAV file, until `stop` or the end of the endpoint.
   * One at a time. Error: `RECORDING_FAILED`.
   */
  record(path: string): Promise<Recording>;
  stats(): Promise<EndpointStats>;
  /** Idempotent, never fails. */
  destroy(): Promise<void>;
}

export interface Recording {
  /** When the file is complete. Error: `RECORDING_FAILED`, where it could not be written; the call goes on all the same. */
  stop(): Promise<void>;
}

/** Null: not measured (yet). */
export interface EndpointStats {
  readonly received: DirectionStats;
  readonly sent: DirectionStats;
  /** Milliseconds, from RTCP (RFC 3550, §6.4.1). */
  readonly roundTripTime: number | null;
}

export interface DirectionStats {
  readonly packets: number;
  readonly bytes: number;
  /** Packets. */
  readonly lost: number | null;
  /** Milliseconds (RFC 3550, §6.4.1). */
  readonly jitter: number | null;
  readonly codec: string | null;
}
