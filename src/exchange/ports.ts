/** What the exchange needs beside signalling and media, each of which has a port of its own. */
import type { Duration } from '../base/clock.ts';
import type { AgentState } from '../call/acd/acd.ts';
import type { Call, LegId, Origin, Phase } from '../call/call.ts';
import type { CallRecord } from '../call/record.ts';
import type { TransferEvent } from '../call/trail.ts';
import type { Overrides } from '../dialplan/override.ts';
import type { Dialplan, Language } from '../dialplan/plan.ts';
import type { LegSnapshot } from '../signalling/port.ts';

/** The file of a sound, or the promise of it while it is being made. Error: `PROMPT_UNAVAILABLE`. */
export type SoundFile = string | Promise<string>;

export interface Sounds {
  /** A prompt that the dialplan names. Error: `PROMPT_UNAVAILABLE`. */
  prompt(name: string, language: Language): SoundFile;
  /** A piece of music; the default one where that name is unknown. */
  music(name: string): SoundFile;
  /** Those of one version of the dialplan, for as long as a call of it lasts. Absent: every version has the same. */
  of?(plan: Dialplan): Pick<Sounds, 'prompt' | 'music'>;
}

export interface Records {
  /** Never fails: a record that cannot be written is an alarm, and the calls go on. */
  write(record: CallRecord): void;
}

/** A call as it can be gone on with by another process. */
export interface SavedCall {
  readonly call: Call;
  /** Of those that were answered and are not on their way out. */
  readonly legs: Readonly<Record<LegId, LegSnapshot>>;
}

/** Where live calls are written down, so that a process that is started again finds them. Never fails. */
export interface Journal {
  /** The call has changed. `saved` is asked when it is written, a moment later. */
  changed(callId: string, saved: () => SavedCall): void;
  ended(callId: string): void;
}

/** The calendars that are opened or closed by hand, from one run to the next. */
export interface KeptOverrides {
  /** What was kept last. */
  readonly initial: Overrides;
  /** Never fails: what cannot be kept is an alarm, and holds all the same until the end of this run. */
  keep(overrides: Overrides): void;
}

/** Who looks on: the console, the metrics, a test. Told synchronously; must not throw. */
export interface Watcher {
  callBegan?(callId: string, origin: Origin): void;
  /** With 503, and never one that takes part in a call that is there already. */
  callRefused?(reason: RefusalReason): void;
  transferEvent?(callId: string, event: TransferEvent): void;
  /** What a call asked for could not be done: an effect, or a step of one, by a name out of the code. */
  effectFailed?(what: string): void;
  callEnded?(record: CallRecord): void;
}

/**
 * - `draining`: about to stop;
 * - `noMedia`: no media server is ready;
 * - `overloaded`: the process does not keep up;
 * - `tooManyCalls`: as many are up as there may be at once;
 * - `tooManyNewCalls`: too many a second, over everybody;
 * - `tooManyFromSource`: too many a second from this trunk, extension or address.
 */
export const refusalReasons = [
  'draining',
  'noMedia',
  'overloaded',
  'tooManyCalls',
  'tooManyNewCalls',
  'tooManyFromSource',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** The live calls at one moment, counted. What is not there is none. */
export interface Census {
  readonly calls: { readonly [phase in Phase['kind']]?: number };
  /** Of the queues that have agents, or somebody waiting. The longest wait in milliseconds. */
  readonly queues: Readonly<Record<string, { readonly waiting: number; readonly longest: Duration }>>;
  readonly agents: { readonly [state in AgentState['kind']]?: number };
}
