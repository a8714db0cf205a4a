import type { Instant } from '../base/clock.ts';
import type { Position } from '../base/position.ts';
import type { HandState } from '../dialplan/override.ts';
import type { Unanswered } from '../dialplan/plan.ts';
import type { LegId, RecallReason, TransferKind } from './call.ts';

/** The way of a call, step by step, with the places in the dialplan that it came through. */
export type TrailEntry = { readonly time: Instant } & (
  | { readonly kind: 'entered'; readonly node: string; readonly language: string; readonly position: Position }
  | { readonly kind: 'pressed'; readonly digits: string; readonly meaning: 'chosen' | 'invalid' | 'featureCode' }
  | { readonly kind: 'noInput' | 'restored' }
  /** In as many calls as it may be: not rung. */
  | { readonly kind: 'busy'; readonly number: string }
  | { readonly kind: 'rung'; readonly leg: LegId; readonly number: string }
  | { readonly kind: 'answered'; readonly leg: LegId; readonly number: string }
  | {
      readonly kind: 'failed';
      readonly leg: LegId;
      readonly number: string;
      readonly reason: Unanswered | 'cancelled';
      readonly status: number;
    }
  | {
      readonly kind: 'left';
      readonly leg: LegId;
      readonly number: string;
      readonly by: 'remote' | 'local' | 'network' | 'media';
    }
  | { readonly kind: 'held' | 'resumed' | 'mediaLost' | 'mediaRestored'; readonly leg: LegId }
  /** The caller has dialled the code of a calendar. */
  | {
      readonly kind: 'calendarSet';
      readonly calendar: string;
      readonly to: HandState | 'timetable';
      readonly until: Instant | undefined;
    }
  /** A schedule went by what somebody has set, and not by the timetable. */
  | {
      readonly kind: 'calendarOverridden';
      readonly calendar: string;
      readonly state: HandState;
      readonly by: string;
      readonly since: Instant;
    }
  | { readonly kind: 'event'; readonly event: TransferEvent }
);

/** R9: what a transfer goes through, all under one id. */
export type TransferEvent = { readonly transferId: string } & (
  | {
      readonly kind: 'transferStarted';
      readonly how: TransferKind;
      readonly transferor: string;
      readonly target: string;
    }
  | { readonly kind: 'transferRinging'; readonly target: string }
  | {
      readonly kind: 'transferFailed';
      readonly target: string;
      readonly reason: Unanswered;
      readonly status: number;
    }
  | {
      readonly kind: 'recallStarted';
      readonly operator: string;
      readonly reason: RecallReason;
      readonly target: string;
      readonly nth: number;
    }
  | { readonly kind: 'recallAnswered'; readonly operator: string }
  | { readonly kind: 'recallFailed'; readonly operator: string }
  | { readonly kind: 'transferAbandoned'; readonly by: 'transferee' | 'transferor' }
  | { readonly kind: 'transferCompleted'; readonly target: string }
);

/** A record never grows without bound: what comes after this many entries is counted nowhere. */
export const longestTrail = 500;
