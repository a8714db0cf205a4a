/** What the exchange needs beside signalling and media, each of which has a port of its own. */
import type { Call, LegId } from '../call/call.ts';
import type { CallRecord } from '../call/record.ts';
import type { TransferEvent } from '../call/trail.ts';
import type { Dialplan, Language } from '../dialplan/plan.ts';
import type { LegSnapshot } from '../signalling/port.ts';

export interface Sounds {
  /** The file of a prompt that the dialplan names, ready to be played. Error: `PROMPT_UNAVAILABLE`. */
  prompt(name: string, language: Language): string;
  /** The file of a piece of music; the default one where that name is unknown. */
  music(name: string): string;
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

/** Who looks on: the console, the metrics, a test. Told synchronously; must not throw. */
export interface Watcher {
  callBegan?(callId: string): void;
  transferEvent?(callId: string, event: TransferEvent): void;
  callEnded?(record: CallRecord): void;
}
