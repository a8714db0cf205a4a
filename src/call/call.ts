/**
 * A call as plain data: who takes part, what each of them hears, where the call stands. It serialises; everything that
 * is alive (dialogs, endpoints, timers) belongs to the exchange, which knows it by the ids in here.
 */
import type { Duration, Instant } from '../base/clock.ts';
import type { Language, Route, Unanswered } from '../dialplan/plan.ts';
import type { Termination } from './termination.ts';
import type { TrailEntry } from './trail.ts';

export type LegId = string;

/** Someone who takes part, as the other side is shown them. `extension` is set for our own people alone. */
export interface Who {
  readonly number: string;
  readonly display: string | undefined;
  readonly extension: string | undefined;
}

export type Origin =
  | { readonly kind: 'trunk'; readonly name: string }
  | { readonly kind: 'extension'; readonly number: string };

export interface Call {
  readonly id: string;
  readonly origin: Origin;
  readonly from: Who;
  readonly dialled: string;
  readonly startedAt: Instant;
  readonly language: Language;
  readonly legs: Readonly<Record<LegId, Leg>>;
  readonly phase: Phase;
  /** Armed timers by name. */
  readonly timers: Readonly<Record<string, Timer>>;
  /** How often this call has come back from a transfer (R7). */
  readonly returns: number;
  /** Since when a transfer has kept the party from a person (R7); cleared when someone answers. */
  readonly adriftSince: Instant | undefined;
  /** By transferor: a transfer that came to nothing while they were still there, and may not know it yet. */
  readonly returned: Readonly<Record<LegId, ReturnedTransfer>>;
  /** When the party began to wait for a person in a queue; undefined where it never did. */
  readonly queuedSince: Instant | undefined;
  /** A person has answered since then: the time is kept for a return alone (R6). */
  readonly served: boolean;
  /** When the first person answered. */
  readonly answeredAt: Instant | undefined;
  readonly trail: readonly TrailEntry[];
  /** Next free numbers of legs and plays. */
  readonly nextLeg: number;
  readonly nextPlay: number;
}

export interface Timer {
  readonly at: Instant;
  readonly reason: string;
  /** A timer of the phase is cleared when the phase is left. */
  readonly scope: 'phase' | 'call';
}

/**
 * ```
 * inbound:   offered ──answer──► answered ──► (gone)        `early`: offered, with media before the answer
 * outbound:  dialing ──► ringing ──► answered ──► (gone)
 *               └────────────┴─cancel─► cancelling ──► (gone)
 * answered ──release──► leaving ──► (gone)
 * ```
 * A leg that is gone is no longer in `legs`; a stimulus about it is ignored.
 */
export type LegState = 'offered' | 'dialing' | 'ringing' | 'answered' | 'cancelling' | 'leaving';

export interface Leg {
  readonly id: LegId;
  readonly who: Who;
  readonly state: LegState;
  /** The far end has put us on hold: it does not listen. */
  readonly held: boolean;
  /** Its media server has failed, and it is being taken to another one: what it `hears` it hears when it is there. */
  readonly away: boolean;
  readonly hears: Hearing;
  /** Inbound, not answered: it was told our description all the same, and hears us. */
  readonly early?: true | undefined;
}

/** A leg that has just come. */
export const newLeg = (id: LegId, who: Who, state: LegState): Leg => ({
  id,
  who,
  state,
  held: false,
  away: false,
  hears: { kind: 'nothing' },
});

/** What a leg is given to hear. `nothing` only before the answer, on hold by the far end, and on the way out. */
export type Hearing =
  | { readonly kind: 'nothing' }
  /** While a caller dials: packets without sound, so that the path stays open. */
  | { readonly kind: 'silence' }
  | {
      readonly kind: 'prompts';
      readonly names: readonly string[];
      readonly language: Language;
      readonly playId: number;
    }
  | { readonly kind: 'tone'; readonly tone: 'error' | 'confirm'; readonly playId: number }
  | { readonly kind: 'ringback' }
  | { readonly kind: 'music'; readonly name: string }
  | { readonly kind: 'party'; readonly leg: LegId };

export const musicOnHold = { kind: 'music', name: 'default' } as const satisfies Hearing;

/** Where the call stands. `party` is the one whom the promises protect: the caller, or whoever is being transferred. */
export type Phase =
  | AnnouncingPhase
  | MenuPhase
  | RingingPhase
  | QueuedPhase
  | TalkingPhase
  | KeyingPhase
  | ConsultingPhase
  | TransferringPhase
  | AdoptingPhase
  | RecallingPhase
  | EndedPhase;

/**
 * A prompt is spoken to the party, and then the route is taken; without one the call ends (a goodbye).
 * From: any node. To: the next node, or ended.
 */
export interface AnnouncingPhase {
  readonly kind: 'announcing';
  readonly party: LegId;
  readonly playId: number;
  readonly then: Route | undefined;
}

/**
 * The party listens to a menu and presses keys. `greeting`: the prompt plays; `waiting`: it has ended and nothing is
 * pressed; `dialling`: at least one digit is there and more may come. From: any node. To: the node that was chosen.
 */
export interface MenuPhase {
  readonly kind: 'menu';
  readonly party: LegId;
  readonly menu: string;
  readonly stage: 'greeting' | 'waiting' | 'dialling';
  readonly playId: number;
  readonly digits: string;
  readonly noInputs: number;
  readonly invalids: number;
}

/**
 * Phones ring for the party: one extension, or the members of a group. `waiting` are members still to be rung.
 * From: any node. To: talking, or the route for the failure.
 */
export interface RingingPhase {
  readonly kind: 'ringing';
  readonly party: LegId;
  readonly node:
    | { readonly kind: 'extension'; readonly number: string }
    | { readonly kind: 'group'; readonly name: string };
  readonly attempts: readonly LegId[];
  readonly waiting: readonly string[];
  /** What the node that sent the party here says for a failure that the extension does not route itself. */
  readonly otherwise: Route | undefined;
}

/**
 * The party waits with music; `offer` is the agent who is being rung for it. From: any node, recalling.
 * To: talking, or the overflow route.
 */
export interface QueuedPhase {
  readonly kind: 'queued';
  readonly party: LegId;
  readonly queue: string;
  readonly offer: { readonly leg: LegId; readonly extension: string } | undefined;
}

/**
 * Two parties talk, or one of them holds the other. `keys` are the digits of a feature code so far, by leg.
 * From: ringing, queued, recalling, and every transfer that ends. To: keying, transferring, adopting, ended.
 */
export interface TalkingPhase {
  readonly kind: 'talking';
  readonly party: LegId;
  readonly peer: LegId;
  readonly keys: Readonly<Record<LegId, string>>;
}

/**
 * The transferor's phone may be on its way out while the transfer fails: its BYE then means *I have transferred*, not
 * *we have finished*. Believed until the transferor resumes, or for a while where the caller was not on hold.
 */
export interface ReturnedTransfer {
  readonly transferId: string;
  readonly number: string;
  readonly reason: RecallReason;
}

/**
 * The transferor keys a number after a feature code; the transferee hears music. `refused`: the number is unknown and
 * the transferor hears the error tone. From: talking. To: transferring, consulting, talking.
 */
export interface KeyingPhase {
  readonly kind: 'keying';
  readonly party: LegId;
  readonly transferor: LegId;
  readonly purpose: 'blind' | 'attended';
  readonly digits: string;
  readonly refusal: number | undefined;
}

/**
 * Attended transfer by keypad: the transferor rings or talks with the target while the transferee hears music.
 * `keys` are the transferor's digits of the code that goes back. From: keying.
 * To: talking (target and transferee when the transferor leaves; transferor and transferee when it comes to nothing),
 * transferring (the transferor leaves while the target rings).
 */
export interface ConsultingPhase {
  readonly kind: 'consulting';
  readonly party: LegId;
  readonly transferor: LegId;
  readonly target: LegId;
  readonly number: string;
  readonly transferId: string;
  readonly stage: 'ringing' | 'talking';
  readonly keys: string;
}

export type TransferKind = 'blind' | 'attended' | 'semiAttended';

/**
 * Why a call comes back to the operator. `notAllowed`: to the caller, or to oneself; `held`: the operator hung up with the
 * caller on hold.
 */
export type RecallReason = Unanswered | 'notAllowed' | 'held';

/** Who transfers: known by extension for the recall, by leg as long as it is on the line. */
export interface Transferor {
  readonly who: Who;
  readonly leg: LegId | undefined;
  /** How the transferor is told of progress. */
  readonly channel: 'refer' | 'keypad';
}

/**
 * The target rings for the transferee, who hears ringback. `settling`: the target was cancelled, or failed, and its end
 * is awaited so that the same phone can be rung again. From: talking, keying, consulting, adopting.
 * To: talking (with the target, or with the transferor again: R4), recalling (R5), the fallback (R7).
 */
export interface TransferringPhase {
  readonly kind: 'transferring';
  readonly party: LegId;
  readonly transferor: Transferor;
  readonly transferId: string;
  readonly how: TransferKind;
  readonly number: string;
  readonly target: LegId;
  readonly stage: 'ringing' | 'settling';
}

/**
 * Attended transfer by REFER with Replaces: another call was asked to hand over the leg that its operator talks to.
 * From: talking. To: talking, transferring (the target still rings), a node.
 */
export interface AdoptingPhase {
  readonly kind: 'adopting';
  readonly party: LegId;
  readonly transferor: Transferor;
  readonly transferId: string;
  readonly from: string;
  readonly as: LegId;
}

/**
 * The operator's user rings, because a transfer failed after the operator had left (R5), or the operator has not resumed
 * the party after it failed (R4). The party hears music. From: transferring, talking. To: talking, or the fallback (R6).
 */
export interface RecallingPhase {
  readonly kind: 'recalling';
  readonly party: LegId;
  readonly operator: string;
  readonly leg: LegId;
  readonly transferId: string;
  /** Whom the operator had tried to reach; empty for a caller who was left on hold. */
  readonly number: string;
  readonly reason: RecallReason;
  /** The leg by which the operator still holds the party (R4): resumed, it takes the call back as well. */
  readonly heldBy?: LegId | undefined;
}

export interface EndedPhase {
  readonly kind: 'ended';
  readonly termination: Termination;
}

/** Waits that are not the dialplan's business. Milliseconds. */
export const guards = {
  /** The longest prompt that is waited for: R3, every state has a finite timer. */
  prompt: 300_000,
  /** For a cancelled phone to end, before it may be rung again. */
  settle: 500,
  /** For another call to hand over a leg. */
  adopt: 2_000,
  /** For a transferor's phone to hang up by itself after the transfer. */
  leave: 1_000,
  /** The first digit of a number after a feature code. */
  firstDigit: 10_000,
  /** For the BYE of a transferor who has not heard that the transfer failed. */
  returned: 10_000,
  /** For a transferor to resume the party after the transfer failed, before the recall rings (R4). */
  resume: 5_000,
  /** A hold this soon after the transfer failed belongs to the transfer: nobody has heard yet that the caller is back. */
  unheard: 1_000,
  /** A conversation that nobody ended: a dialog that was forgotten. */
  talk: 12 * 3_600_000,
} as const satisfies Record<string, Duration>;
