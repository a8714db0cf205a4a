/** What the API shows of the switchboard, and what it may ask of it: whoever puts the parts together provides it. */

import type { Duration } from '../base/clock.ts';
import type { Entrance } from '../base/faults.ts';
import type { Census } from '../exchange/ports.ts';

export interface Switchboard {
  /** To the SIP server. */
  readonly connected: boolean;
  readonly draining: boolean;
  /** New calls are refused, because the process does not keep up. */
  readonly overloaded: boolean;
  /** How late timers are now, in milliseconds. */
  readonly eventLoopDelay: Duration;
  readonly callsNow: number;
  census(): Census;
  mediaServers(): readonly MediaServerState[];
  /** Pairs of RTP and RTCP ports; undefined where media servers elsewhere have them. */
  rtpPorts(): { readonly inUse: number; readonly resting: number; readonly free: number } | undefined;
  /** Extensions that have at least one phone, and phones in all. */
  readonly registrations: { readonly extensions: number; readonly bindings: number };
  /** Faults of ours that were contained since the start, by where they came in (`base/faults.ts`). */
  faults(): ReadonlyMap<Entrance, number>;
  /** What the engine holds, by name: the names are the engine's, and few. */
  held(): Readonly<Record<string, number>>;
  /**
   * No new calls from now on; the process ends when those in progress have ended, or the limit of the drain is over.
   * Resolves then, with how many calls were ended by that limit. Asked again, it is the same drain.
   */
  drain(): Promise<number>;
  /**
   * No new calls for one media server, until it has been stopped and is there again. Gives how many endpoints are left on
   * it. `unknown`: there is none of that name; `last`: no other one takes calls.
   */
  drainMedia(name: string): (() => number) | 'unknown' | 'last';
}

export interface MediaServerState {
  readonly name: string;
  /** It takes calls now. */
  readonly ready: boolean;
  readonly endpoints: number;
}
