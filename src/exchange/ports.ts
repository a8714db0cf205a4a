/** What the exchange needs beside signalling and media, each of which has a port of its own. */
import type { CallRecord } from '../call/record.ts';
import type { TransferEvent } from '../call/trail.ts';
import type { Overrides } from '../dialplan/override.ts';
import type { Dialplan, Language } from '../dialplan/plan.ts';

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

/** The calendars that are opened or closed by hand, from one run to the next. */
export interface KeptOverrides {
  /** What was kept last. */
  readonly initial: Overrides;
  /** Never fails: what cannot be kept is an alarm, and holds all the same until the end of this run. */
  keep(overrides: Overrides): void;
}

/** Who looks on: the console, the metrics, a test. Told synchronously; must not throw. */
export interface Watcher {
  callBegan?(callId: string): void;
  transferEvent?(callId: string, event: TransferEvent): void;
  callEnded?(record: CallRecord): void;
}
