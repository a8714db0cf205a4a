import type { Duration, Instant } from '../base/clock.ts';
import type { Override } from '../dialplan/override.ts';
import type { Hearing, LegId, Who } from './call.ts';
import type { HandOver } from './stimulus.ts';
import type { Termination } from './termination.ts';
import type { TransferEvent } from './trail.ts';

/** What shall be done, in the imperative; carried out by the exchange in this order. */
export type Effect =
  /** 180 to an inbound leg. */
  | { readonly kind: 'ring'; readonly leg: LegId }
  /** 183 with our description to an inbound leg: it can be given something to hear before it is answered. */
  | { readonly kind: 'earlyMedia'; readonly leg: LegId }
  /** 200 to an inbound leg. */
  | { readonly kind: 'answer'; readonly leg: LegId }
  | { readonly kind: 'dial'; readonly leg: LegId; readonly extension: string; readonly shown: Shown }
  | { readonly kind: 'cancel'; readonly leg: LegId }
  /** Without a status: the ordinary end of a leg that was answered. */
  | { readonly kind: 'hangUp'; readonly leg: LegId; readonly status: number | undefined; readonly text: string }
  | { readonly kind: 'play'; readonly leg: LegId; readonly hearing: Exclude<Hearing, { kind: 'nothing' | 'party' }> }
  | { readonly kind: 'stopPlaying'; readonly leg: LegId }
  | { readonly kind: 'bridge'; readonly legs: readonly [LegId, LegId] }
  | { readonly kind: 'unbridge'; readonly legs: readonly [LegId, LegId] }
  /** A short tone over the conversation, which goes on behind it. */
  | { readonly kind: 'beep'; readonly leg: LegId; readonly tone: 'returned' }
  /** Tells a leg whom it talks to now; `returned`: and why that one is back. */
  | { readonly kind: 'identify'; readonly leg: LegId; readonly who: Who; readonly returned?: true }
  | { readonly kind: 'acceptTransfer'; readonly transferId: string }
  | { readonly kind: 'refuseTransfer'; readonly transferId: string; readonly status: number; readonly text: string }
  | { readonly kind: 'reportTransfer'; readonly transferId: string; readonly status: number; readonly text: string }
  /** Asks another call for whoever `leg` talks to there; `handedOver` comes back, and a leg is known here by `as`. */
  | {
      readonly kind: 'requestLeg';
      readonly callId: string;
      readonly leg: LegId;
      readonly transferId: string;
      readonly as: LegId;
    }
  | {
      readonly kind: 'handOver';
      readonly to: string;
      readonly transferId: string;
      readonly what: HandOver;
      readonly as: LegId;
    }
  | { readonly kind: 'joinQueue'; readonly queue: string; readonly since: Instant; readonly front: boolean }
  | { readonly kind: 'leaveQueue'; readonly queue: string }
  /** What became of an offer of the queue. */
  | {
      readonly kind: 'concludeOffer';
      readonly queue: string;
      readonly extension: string;
      readonly outcome: OfferOutcome;
    }
  /** A calendar is opened or closed by hand, for every call; undefined: the timetable holds again. */
  | { readonly kind: 'setCalendar'; readonly calendar: string; readonly override: Override | undefined }
  | { readonly kind: 'notify'; readonly event: TransferEvent }
  /** The call is over: everything that it owns is to be let go of. Always the last effect. */
  | { readonly kind: 'finish'; readonly termination: Termination };

/** `answered`: by the agent, or by whoever took the ringing call from the agent's phone. */
export type OfferOutcome = 'answered' | 'ringNoAnswer' | 'busy' | 'declined' | 'unreachable' | 'withdrawn';

/** How a call presents itself to the phone that it rings. */
export interface Shown {
  readonly number: string;
  readonly display: string | undefined;
  readonly alert: 'internal' | 'external' | 'recall';
  readonly reason: { readonly cause: number; readonly text: string } | undefined;
  readonly divert: 'allow' | 'inhibit';
}

export type TimerChange =
  | {
      readonly kind: 'set';
      readonly name: string;
      readonly at: Instant;
      readonly after: Duration;
      readonly reason: string;
    }
  | { readonly kind: 'clear'; readonly name: string };
