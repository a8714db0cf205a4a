/**
 * Queues and the agents who serve them (automatic call distribution), as plain data: all queues in one state, because
 * an agent may serve several. Who waits longest is offered first, to the agent who has been idle longest.
 */
import type { Instant } from '../../base/clock.ts';

export interface Acd {
  readonly queues: Readonly<Record<string, readonly QueueEntry[]>>;
  readonly agents: Readonly<Record<string, Agent>>;
}

/** In the order in which they are served: those who came back from a transfer first, then by arrival. */
export interface QueueEntry {
  readonly callId: string;
  /** First arrival, kept through every return: the base of the waiting time. */
  readonly since: Instant;
  readonly front: boolean;
  readonly offeredTo: string | undefined;
}

export interface Agent {
  readonly extension: string;
  readonly state: AgentState;
  /** At least one phone is registered (or the extension has a fixed contact). */
  readonly reachable: boolean;
  /** Takes part in a call of any kind, ringing included. */
  readonly occupied: boolean;
  readonly idleSince: Instant;
}

/**
 * ```
 * loggedOut ◄─phones gone─ (any) ;  loggedOut ─phone registered─► ready
 * ready ─offer─► reserved ─answered─► busy ─call over─► ready
 *   ▲               └─not answered─► notReady ─timer─► ready
 *   └──────────────── busy (own calls) ◄─► ready
 * ```
 * - `loggedOut`: no phone to ring;
 * - `ready`: may be offered a call;
 * - `reserved`: is being offered one, and no other;
 * - `busy`: takes part in a call, from the queue or not;
 * - `notReady`: did not take the last offer, and is passed over until `until`.
 *
 * Wrap-up after a call will stand between `busy` and `ready`.
 */
export type AgentState =
  | { readonly kind: 'loggedOut' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'reserved'; readonly callId: string; readonly queue: string }
  | { readonly kind: 'busy' }
  | { readonly kind: 'notReady'; readonly until: Instant };

export type AcdStimulus =
  | {
      readonly kind: 'callQueued';
      readonly queue: string;
      readonly callId: string;
      readonly since: Instant;
      readonly front: boolean;
    }
  /** The call has left: hung up, overflowed, or been answered. */
  | { readonly kind: 'callLeft'; readonly queue: string; readonly callId: string }
  | {
      readonly kind: 'offerConcluded';
      readonly callId: string;
      readonly agent: string;
      readonly outcome: 'answered' | 'notTaken' | 'withdrawn';
    }
  | { readonly kind: 'agentChanged'; readonly agent: string; readonly reachable: boolean; readonly occupied: boolean }
  | { readonly kind: 'timerFired'; readonly agent: string }
  /** Other queues are served than before: who serves none any more is no agent. */
  | { readonly kind: 'rulesChanged' };

export type AcdEffect =
  | { readonly kind: 'offer'; readonly queue: string; readonly callId: string; readonly agent: string }
  | { readonly kind: 'passOver'; readonly agent: string; readonly until: Instant };

/** What the machine must know of the dialplan. */
export interface AcdRules {
  readonly queues: Readonly<Record<string, { readonly agents: readonly string[]; readonly retryAfter: number }>>;
}

export const emptyAcd: Acd = { queues: {}, agents: {} };
