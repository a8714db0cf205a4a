/**
 * The signalling port: what the exchange needs of SIP. One adapter stands behind it (drachtio-srf), which speaks to
 * drachtio-server and to drachtiod alike.
 *
 * A leg's events come in the order in which they happened, never inside a call that the exchange makes on the leg, and
 * end with exactly one `failed` or `ended`. Nothing here decides anything about a call.
 */
import type { Facing } from '../base/facing.ts';
import type { Unanswered } from '../dialplan/plan.ts';

/** A dialog that is confirmed, as plain data: it outlives the process. */
export interface LegSnapshot {
  readonly sipCallId: string;
  /** The server's. */
  readonly dialogId: string;
  readonly callIdIsOurs: boolean;
  readonly ourTag: string;
  readonly theirTag: string;
  readonly ourHost: string;
  readonly peerAllows: string | undefined;
  readonly localSdp: string;
  readonly timer: { readonly seconds: number; readonly refresher: 'us' | 'them' } | undefined;
  readonly party: IncomingCall['via'];
}

export interface Signalling {
  /** Rings every contact of an extension, or one fixed contact. The first to answer is kept, the others are released. */
  dial(request: DialRequest, events: LegEvents): OutboundLeg;
  /** Whom `dial` would ring now, as far as their media are concerned: the offer may be another one for each. */
  facing(target: DialRequest['target']): readonly Facing[];
  /**
   * The dialog of a process that has died. drachtio-server carries our requests in it, but brings nobody's to us: whether
   * the far end is still there is asked by OPTIONS, every other second.
   */
  adopt(snapshot: LegSnapshot, events: LegEvents): Leg;
  /** Whether an extension could be rung now: it has at least one binding. */
  reachable(extension: string): boolean;
  /** The dialplan has other extensions now: whoever registered as one that is gone is forgotten. Calls go on. */
  extensionsChanged(): void;
  /** From now on new calls are refused (503 with a small random Retry-After), and so are OPTIONS. */
  drain(): void;
  close(): Promise<void>;
}

/** What signalling tells the exchange. */
export interface SignallingEvents {
  /**
   * A new call has come, and nothing has been spent on it yet. A number: it is refused (503), and may come again after so
   * many seconds. Not asked about a call with Replaces, which takes part in one that is there already.
   */
  callOffered(source: CallSource): number | undefined;
  /** It was asked to prove who it is from, or refused; `callArrived` will not follow. */
  callNotAdmitted(address: string): void;
  /** A call that has been let in: from a trunk, or from an extension that proved who it is. */
  callArrived(call: IncomingCall): LegEvents;
  /** The first binding of an extension came, or the last one went. */
  reachableChanged(extension: string, reachable: boolean): void;
  /** The connection to the SIP server was lost (every leg has ended) or is there again. */
  connectionChanged(connected: boolean): void;
}

/**
 * Where a new call comes from: a trunk, the network of phones that have proved who they are, or the IP address of somebody
 * who has to.
 */
export type CallSource =
  | { readonly kind: 'known' }
  | { readonly kind: 'trunk'; readonly name: string }
  | { readonly kind: 'address'; readonly address: string };

/** Someone as shown to the other party: text of a stranger, to be put into SIP headers and nowhere else. */
export interface Party {
  /** A number in its one form (`base/numbers`), or a name; empty where the caller withheld it. */
  readonly number: string;
  readonly display: string | undefined;
  /** The display is of our making (`R: no answer 101 – anonymous`): it is shown although the number is withheld. */
  readonly ours?: boolean;
}

export interface IncomingCall {
  readonly leg: InboundLeg;
  readonly from: Party;
  readonly via:
    | { readonly kind: 'trunk'; readonly name: string }
    | { readonly kind: 'extension'; readonly number: string };
  /** The IP address that the INVITE came from: media of a caller behind NAT comes from there, too. */
  readonly source: string;
  readonly facing?: Facing;
  /** Of the Request-URI: a trunk's in its one form, a colleague's as it was dialled, without separators. */
  readonly dialled: string;
  readonly offer: string | undefined;
  /** INVITE with Replaces (RFC 3891): the leg of ours that it names. Signalling has already refused a dialog that is not there. */
  readonly replaces: Leg | undefined;
  readonly sipCallId: string;
}

/** A leg of ours, inbound or outbound. */
export interface Leg {
  readonly sipCallId: string;
  /** Ends the leg in whatever state it is: reject, CANCEL or BYE. Idempotent. `ended` or `failed` follows. */
  hangUp(end?: HangUp): void;
  /** Re-INVITE with a new offer of ours; gives the answer. Queued, and tried again after 491 (RFC 3261, §14.1). */
  reinvite(offer: string): Promise<string>;
  /** Undefined where there is no dialog, or none that is to go on. */
  snapshot(): LegSnapshot | undefined;
  /** Tells the far end whom it talks to now (P-Asserted-Identity, RFC 5876), by UPDATE or re-INVITE where it can. */
  identify(party: Party): void;
}

export interface HangUp {
  /** For a leg that was not answered: the final response. */
  readonly status?: number;
  /** The text after the status, or of the Reason header. */
  readonly text?: string;
  /** Seconds, for 503. */
  readonly retryAfter?: number;
  /** Q.850 cause for the Reason header (RFC 3326). */
  readonly cause?: number;
  /** What is wrong with their description (RFC 3261, §20.43), for a 488. */
  readonly warning?: { readonly code: number; readonly text: string };
}

export interface InboundLeg extends Leg {
  /** 180 without a description: what the caller hears before the answer is made by the caller's side. */
  ring(): void;
  /** 183 with our answer: the caller hears us before the call is answered (RFC 3960, §3.1). */
  progress(sdp: string): void;
  /** 200; gives the answer that came in the ACK where ours was the offer. Rejects when the caller gave up meanwhile. */
  answer(sdp: string): Promise<string | undefined>;
}

export interface OutboundLeg extends Leg {
  /** Before the answer. A 200 that crosses it gets ACK, then BYE, and counts as cancelled. `failed` follows. */
  cancel(): void;
}

export interface DialRequest {
  readonly callId: string;
  readonly target:
    | { readonly kind: 'extension'; readonly number: string }
    | { readonly kind: 'contact'; readonly number: string; readonly uri: string };
  /** Shown to the target. */
  readonly from: Party;
  readonly offer: string;
  /** The offer as it is for one of `facing`; absent: `offer` is for all. */
  readonly offerFor?: (facing: Facing) => string;
  /** Alert-Info of its own, so that a recall can ring otherwise: `internal`, `external`, `recall`. */
  readonly alert: 'internal' | 'external' | 'recall';
  /** Why the call comes back, for the Reason header (RFC 3326): `SIP;cause=486;text="busy 101"`. */
  readonly reason: { readonly cause: number; readonly text: string } | undefined;
  /** Forwards and mailboxes of the target's phone are to stay out of it: 3xx is not followed. */
  readonly divert: 'allow' | 'inhibit';
}

export interface LegEvents {
  /** Outbound: a phone rings. */
  ringing(): void;
  /** Outbound: one phone alone is asked, and describes its sound before it answers. As `answered`, before it, at most once. */
  early?(sdp: string, source: string, facing?: Facing): void;
  /** Outbound: 200, with its description, the IP address that it came from, and which of `facing` it was. */
  answered(sdp: string, source: string, facing?: Facing): void;
  /** Outbound, last event: not answered. */
  failed(failure: DialFailure): void;
  /** Last event: CANCEL, BYE, a refresh that failed, the connection lost. */
  ended(end: LegEnd): void;
  /**
   * Re-INVITE or UPDATE of the far end, and the IP address that it came from; undefined where it brings no offer. Gives our
   * answer (or offer); rejecting is 488.
   */
  offered(offer: string | undefined, source?: string): Promise<string>;
  /** The answer to an offer that we made at the far end's request. */
  answerReceived(sdp: string, source?: string): void;
  /** The far end has refreshed its target without an offer (RFC 3311, §5.1); `source`: where that came from. */
  moved(source: string): void;
  /** SIP INFO (application/dtmf-relay, application/dtmf). */
  digit(digit: string): void;
  transferRequested(request: TransferRequest): void;
}

export interface DialFailure {
  /** `cancelled`: as we asked. */
  readonly reason: Unanswered | 'cancelled';
  readonly status: number;
  readonly text: string;
}

export interface LegEnd {
  readonly by: 'remote' | 'local' | 'network';
  readonly status: number | undefined;
  readonly text: string;
}

/** REFER (RFC 3515, RFC 5589). Exactly one of `accept` and `refuse`, then `progress` until a final status. */
export interface TransferRequest {
  /** Of Refer-To, decoded and without separators; empty where it names nobody. */
  readonly target: string;
  /** REFER with Replaces: the leg of ours that it names; `unknown` where there is none. */
  readonly replaces: Leg | 'unknown' | undefined;
  /** 202, then NOTIFY 100 (or an immediate 200, where the phone's settings say so). */
  accept(): void;
  refuse(status: number, text: string): void;
  /** NOTIFY with a sipfrag; 200 and above end the subscription. Never fails: the transferor may have left. */
  progress(status: number, text: string): void;
}
