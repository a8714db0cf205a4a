import type { Duration, Instant } from '../../base/clock.ts';
import type { Position } from '../../base/position.ts';
import type { CallRecord } from '../../call/record.ts';
import type { Termination } from '../../call/termination.ts';
import type { TransferEvent } from '../../call/trail.ts';
import type { HandState } from '../../dialplan/override.ts';
import type { Language } from '../../dialplan/plan.ts';

/** Who takes part: `caller` for one from outside, else the number of the extension. */
export type Party = string;

export const outsider: Party = 'caller';

/** Something of a call that can be told, and the place in the dialplan because of which it happened. */
export type Moment = {
  /** Milliseconds since the first call of the rehearsal came in. */
  readonly at: Duration;
  readonly callId: string;
  readonly place: Position | undefined;
} & Happening;

export type Happening =
  | { readonly kind: 'called'; readonly by: Party; readonly from: string; readonly to: string }
  | { readonly kind: 'connected'; readonly who: Party }
  | { readonly kind: 'entered'; readonly node: string; readonly language: Language }
  | {
      readonly kind: 'heard';
      readonly who: Party;
      readonly prompts: readonly Spoken[];
      readonly language: Language;
      /** How long it would be to its end. */
      readonly lasts: Duration;
    }
  | { readonly kind: 'sounded'; readonly who: Party; readonly sound: Sound; readonly name?: string }
  | { readonly kind: 'joined'; readonly who: readonly [Party, Party] }
  | { readonly kind: 'pressed'; readonly who: Party; readonly digit: string }
  | { readonly kind: 'understood'; readonly digits: string; readonly meaning: 'chosen' | 'invalid' | 'featureCode' }
  | { readonly kind: 'noInput' }
  | { readonly kind: 'rung'; readonly who: Party; readonly shows: string; readonly alert: string }
  /** What its display says from now on. */
  | { readonly kind: 'shown'; readonly who: Party; readonly shows: string }
  /** In as many calls as it may be: not rung. */
  | { readonly kind: 'busy'; readonly who: Party }
  | { readonly kind: 'answered'; readonly who: Party }
  | { readonly kind: 'failed'; readonly who: Party; readonly reason: string; readonly status: number }
  | { readonly kind: 'stoppedRinging'; readonly who: Party }
  | { readonly kind: 'queued'; readonly queue: string; readonly front: boolean }
  | { readonly kind: 'unqueued'; readonly queue: string }
  | { readonly kind: 'held' | 'resumed'; readonly who: Party }
  | { readonly kind: 'transfer'; readonly event: TransferEvent }
  | {
      readonly kind: 'calendarSet';
      readonly who: Party;
      readonly calendar: string;
      readonly to: HandState | 'timetable';
      /** By the clock of the company. */
      readonly until: string | undefined;
    }
  | { readonly kind: 'calendarOverridden'; readonly calendar: string; readonly state: HandState }
  | { readonly kind: 'asked'; readonly who: Party; readonly target: string }
  | { readonly kind: 'told'; readonly transferId: string; readonly status: number; readonly text: string }
  | { readonly kind: 'timerSet'; readonly timer: string; readonly after: Duration; readonly reason: string }
  | { readonly kind: 'timerFired'; readonly timer: string; readonly reason: string }
  | { readonly kind: 'left'; readonly who: Party; readonly by: 'remote' | 'local' | 'network' | 'media' }
  | { readonly kind: 'ended'; readonly termination: Termination; readonly record: CallRecord };

export interface Spoken {
  readonly name: string;
  readonly text: string;
}

export type Sound = 'silence' | 'ringback' | 'music' | 'confirm' | 'error' | 'returned';

/** A rehearsal as it is told: when it began, and all that happened. */
export interface Timeline {
  readonly startedAt: Instant;
  readonly timezone: string;
  readonly moments: readonly Moment[];
}
