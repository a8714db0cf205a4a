import type { Duration } from '../../../base/clock.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import type { TimerValues } from './timerValues.ts';

/**
 * What the four machines of RFC 3261, §17 (as amended by RFC 6026) have in common. A machine is a pure function: a state
 * and an input give the next state and what is to be done, in order. Timers are values with the RFC's names; starting
 * one that runs starts it anew. Time enters through the inputs alone, so a machine has no clock.
 *
 * Within the outputs of a step, what concerns the core comes last (before `end`): the core may give the machine its next
 * input while it is told, and finds the step done.
 */
export interface Step<State, Output> {
  readonly state: State;
  readonly outputs: readonly Output[];
}

export interface MachineFacts {
  readonly timers: TimerValues;
  /** The transport repeats what is lost by itself. */
  readonly reliable: boolean;
  /** Server machines: the source of the request may be forged. It may change while the transaction lives. Default: no. */
  readonly unproven?: boolean;
}

/**
 * - `A`, `E`: send the request again. `B`, `F`: no answer at all. `D`, `K`: absorb repeated final responses.
 * - `M`: further 2xx may come. `cancelled`: no final response after a CANCEL (§9.1).
 */
export type ClientTimer = 'A' | 'B' | 'D' | 'E' | 'F' | 'K' | 'M' | 'cancelled';

/**
 * - `trying`: the core is slow, send 100. `G`: send the refusal again. `H`: no ACK for it.
 * - `I`, `J`: absorb repeated ACKs and requests. `L`: absorb a repeated INVITE while the 2xx is on its way.
 * - `unanswered`: the core has not answered a request other than INVITE, and the client has given up.
 */
export type ServerTimer = 'trying' | 'G' | 'H' | 'I' | 'J' | 'L' | 'unanswered';

export type TimerOutput<Name> =
  | { readonly kind: 'startTimer'; readonly timer: Name; readonly after: Duration }
  | { readonly kind: 'stopTimer'; readonly timer: Name };

export type ClientOutput =
  | TimerOutput<ClientTimer>
  /** The request, for the first time or again. */
  | { readonly kind: 'sendRequest' }
  /** The CANCEL of this INVITE, a transaction of its own. */
  | { readonly kind: 'sendCancel' }
  /** The ACK of this refusal (§17.1.1.3). */
  | { readonly kind: 'sendAck'; readonly response: SipResponse }
  /** To the core. */
  | { readonly kind: 'deliver'; readonly response: SipResponse }
  | { readonly kind: 'fail'; readonly reason: 'timeout' | 'transport' }
  /** The transaction is over; nothing follows. */
  | { readonly kind: 'end' };

export type ServerOutput =
  | TimerOutput<ServerTimer>
  | { readonly kind: 'send'; readonly response: SipResponse }
  /** A 100 is due; the layer makes it and gives it back as a `respond`. */
  | { readonly kind: 'tryingDue' }
  /** To the core: the ACK of our refusal, or one that repeats the branch of an accepted INVITE. */
  | { readonly kind: 'deliverAck'; readonly ack: SipRequest }
  /** To the core: `ackMissing` is timer H, `transport` a response that could not be sent. */
  | { readonly kind: 'fail'; readonly reason: 'ackMissing' | 'unanswered' | 'transport' }
  | { readonly kind: 'end' };

export type ClientInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'response'; readonly response: SipResponse }
  | { readonly kind: 'timer'; readonly timer: ClientTimer }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'transportFailed' };

export type ServerInput =
  /** The first time, and each time that the client repeats it. */
  | { readonly kind: 'request' }
  | { readonly kind: 'ack'; readonly ack: SipRequest }
  /** The core's response. A machine that takes none any more gives no `send`. */
  | { readonly kind: 'respond'; readonly response: SipResponse }
  | { readonly kind: 'timer'; readonly timer: ServerTimer }
  | { readonly kind: 'transportFailed' };

/** Stays where it is and does nothing: the input has no meaning in this state. */
export const ignore = <State>(state: State): Step<State, never> => ({ state, outputs: [] });
