import type { Route, Unanswered } from '../dialplan/plan.ts';
import type { Leg, LegId, Who } from './call.ts';

/** What happened, in the past tense. One that does not fit the call's phase is ignored. */
export type Stimulus =
  | { readonly kind: 'legRinging'; readonly leg: LegId }
  /** Sound comes from an outbound leg before it answers: an announcement, or its own ringback. */
  | { readonly kind: 'legEarlyMedia'; readonly leg: LegId }
  | { readonly kind: 'legAnswered'; readonly leg: LegId }
  /** An outbound leg that was not answered; `cancelled` as we asked. */
  | {
      readonly kind: 'legFailed';
      readonly leg: LegId;
      readonly reason: Unanswered | 'cancelled';
      readonly status: number;
    }
  /** Hung up by the far end, or lost with the network or the media server. */
  | { readonly kind: 'legEnded'; readonly leg: LegId; readonly by: 'remote' | 'network' | 'media' }
  | { readonly kind: 'digitPressed'; readonly leg: LegId; readonly digit: string }
  | { readonly kind: 'playFinished'; readonly leg: LegId; readonly playId: number }
  /** The media server of a leg has failed, and the leg is being taken to another one; `legEnded` where that fails. */
  | { readonly kind: 'mediaLost'; readonly leg: LegId }
  | { readonly kind: 'mediaRestored'; readonly leg: LegId }
  | { readonly kind: 'legHeld'; readonly leg: LegId }
  | { readonly kind: 'legResumed'; readonly leg: LegId }
  /** REFER. `replaces` names the leg whose place the transferee shall take. */
  | {
      readonly kind: 'transferRequested';
      readonly leg: LegId;
      readonly transferId: string;
      readonly target: string;
      readonly replaces: { readonly callId: string; readonly leg: LegId } | undefined;
    }
  /** INVITE with Replaces: `by` came to take the place of `leg`. */
  | { readonly kind: 'replacementArrived'; readonly leg: LegId; readonly by: LegId; readonly who: Who }
  /** Another call asks for whoever `leg` talks to. */
  | {
      readonly kind: 'legRequested';
      readonly leg: LegId;
      readonly by: string;
      readonly transferId: string;
      readonly as: LegId;
    }
  /** What another call handed over: a leg, or the place in the dialplan where it waited. */
  | { readonly kind: 'handedOver'; readonly transferId: string; readonly what: HandOver }
  | { readonly kind: 'agentOffered'; readonly queue: string; readonly extension: string }
  | { readonly kind: 'timerFired'; readonly name: string }
  /** Another process has the call now: the first stimulus there. */
  | { readonly kind: 'restored' }
  /** The server goes down and the limit of its drain has passed. */
  | { readonly kind: 'stopRequested'; readonly reason: string };

export type HandOver =
  | { readonly kind: 'leg'; readonly leg: Leg }
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'refused' };
