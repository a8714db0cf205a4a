/** What the switchboard runs on, put together: a SIP server to connect to, and media servers. */
import type { MediaServer } from '../media/port.ts';

export interface Listening {
  readonly transport: string;
  readonly address: string;
  readonly port: number;
}

export interface MediaServerState {
  readonly name: string;
  /** It takes calls now. */
  readonly ready: boolean;
  readonly endpoints: number;
}

export interface Engine {
  readonly server: { readonly host: string; readonly port: number; readonly secret: string };
  /** Where SIP listens; undefined: the SIP server says so when we are connected. */
  readonly listening: readonly Listening[] | undefined;
  readonly media: MediaServer;
  /** Calls in progress, and the connections of phones, outlive the process: what they hang on runs elsewhere. */
  readonly outlives: boolean;
  /** Resolves when calls can be carried for the first time. Never rejects. */
  readonly ready: Promise<void>;
  mediaServers(): readonly MediaServerState[];
  /** As `MediaPool.drain`; gives how many endpoints are left on it, at any time. */
  drainMedia(name: string): (() => number) | 'unknown' | 'last';
  /** Pairs of RTP and RTCP ports; undefined where media servers elsewhere have them. */
  rtpPorts(): { readonly inUse: number; readonly resting: number; readonly free: number } | undefined;
  /** What it holds, by name: all zero some time after the last call. */
  held(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}
