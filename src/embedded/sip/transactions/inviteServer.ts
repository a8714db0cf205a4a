import { assertNever } from '../../../base/assertNever.ts';
import type { Duration } from '../../../base/clock.ts';
import type { SipResponse } from '../../../sip/message.ts';
import { ignore, type MachineFacts, type ServerInput, type ServerOutput, type Step } from './machine.ts';

/** An unproven source gets a 100 with the third INVITE, 1.5 s after the first: proxies look elsewhere after some seconds. */
const invitesForTrying = 3;

/**
 * INVITE, server side (RFC 3261, §17.2.1; RFC 6026, §7.1), with a departure for datagrams of an unproven source: a refusal
 * is sent once for each time that the INVITE comes, as by a stateless user agent (§8.2.7), and the 100 with the third one.
 * So the owner of a forged address gets no more datagrams than were sent in their name, and a client whose refusal is lost
 * repeats its INVITE, unless the 100 has silenced it: then the refusal is repeated once. A source may prove itself
 * meanwhile, and what the core rings or accepts is treated as any other.
 *
 * A response that cannot be sent is told to the core and changes no state (RFC 6026, §8.9): the transaction still has
 * repeated INVITEs to absorb.
 *
 * ```
 *   initial ─► proceeding ─┬─► accepted ───────────────┬─► terminated
 *                          └─► completed ─► confirmed ─┘
 * ```
 */
export type InviteServerState =
  /** Nothing has come. Leaves to proceeding with the INVITE. */
  | { readonly name: 'initial' }
  /**
   * The core decides. Until its first response the timer `trying` runs (not for an unproven source); a repeated INVITE is
   * answered with the last response there is, else with a 100. `received`: how often the INVITE has come; `doubted`: the
   * 100 went to an unproven source. Leaves to accepted on a 2xx, completed on a refusal.
   */
  | {
      readonly name: 'proceeding';
      readonly last: SipResponse | undefined;
      readonly received: number;
      readonly doubted: boolean;
    }
  /**
   * The core has accepted, and repeats its 2xx through us until the ACK reaches it; repeated INVITEs are absorbed.
   * Timer L runs. Entered from proceeding. Leaves to terminated.
   */
  | { readonly name: 'accepted' }
  /**
   * Refused, no ACK yet. G (unreliable transports) repeats the refusal, H gives up. Entered from proceeding. Leaves to
   * confirmed with the ACK, to terminated when H fires. `left`: how often G may repeat it; to an unproven source a limited
   * number of times, with an early H, of which the core hears nothing.
   */
  | { readonly name: 'completed'; readonly last: SipResponse; readonly repeatAfter: Duration; readonly left: number }
  /** Refused and acknowledged; repeated ACKs are absorbed while timer I runs. Entered from completed over unreliable transports. Leaves to terminated. */
  | { readonly name: 'confirmed' }
  /** Over. */
  | { readonly name: 'terminated' };

type InviteServerStep = Step<InviteServerState, ServerOutput>;

export const inviteServerStart: InviteServerState = { name: 'initial' };

export function inviteServer(state: InviteServerState, input: ServerInput, facts: MachineFacts): InviteServerStep {
  switch (state.name) {
    case 'initial':
      return input.kind === 'request'
        ? {
            state: { name: 'proceeding', last: undefined, received: 1, doubted: false },
            outputs:
              facts.unproven === true ? [] : [{ kind: 'startTimer', timer: 'trying', after: facts.timers.trying }],
          }
        : ignore(state);
    case 'proceeding':
      return proceeding(state, input, facts);
    case 'accepted':
      return accepted(state, input);
    case 'completed':
      return completed(state, input, facts);
    case 'confirmed':
      return input.kind === 'timer' && input.timer === 'I' ? terminated() : ignore(state);
    case 'terminated':
      return ignore(state);
    default:
      return assertNever(state);
  }
}

function proceeding(
  state: InviteServerState & { name: 'proceeding' },
  input: ServerInput,
  { timers, reliable, unproven = false }: MachineFacts,
): InviteServerStep {
  switch (input.kind) {
    case 'request': {
      const received = state.received + 1;
      if (state.last !== undefined)
        return { state: { ...state, received }, outputs: [{ kind: 'send', response: state.last }] };
      const due = !unproven || received >= invitesForTrying;
      return { state: { ...state, received }, outputs: due ? [{ kind: 'tryingDue' }] : [] };
    }
    case 'timer':
      return input.timer === 'trying' && state.last === undefined
        ? { state, outputs: [{ kind: 'tryingDue' }] }
        : ignore(state);
    case 'respond': {
      const { response } = input;
      if (unproven && response.status === 100 && state.received < invitesForTrying) return ignore(state);
      const outputs: ServerOutput[] = [];
      if (state.last === undefined) outputs.push({ kind: 'stopTimer', timer: 'trying' });
      outputs.push({ kind: 'send', response });
      if (response.status < 200) {
        const doubted = response.status === 100 ? state.doubted || unproven : false;
        return { state: { ...state, last: response, doubted }, outputs };
      }
      if (response.status < 300) {
        outputs.push({ kind: 'startTimer', timer: 'L', after: 64 * timers.t1 });
        return { state: { name: 'accepted' }, outputs };
      }
      const left = repetitions(state, unproven);
      if (!reliable && left > 0) outputs.push({ kind: 'startTimer', timer: 'G', after: timers.t1 });
      outputs.push({
        kind: 'startTimer',
        timer: 'H',
        after: left < Number.POSITIVE_INFINITY ? timers.t4 : 64 * timers.t1,
      });
      return { state: { name: 'completed', last: response, repeatAfter: timers.t1, left }, outputs };
    }
    case 'transportFailed':
      return { state, outputs: [{ kind: 'fail', reason: 'transport' }] };
    case 'ack':
      return ignore(state);
    default:
      return assertNever(input);
  }
}

/** How often a refusal is repeated by itself: where an unproven client is silent, two of its INVITEs have had no answer yet. */
function repetitions({ last, doubted }: InviteServerState & { name: 'proceeding' }, unproven: boolean): number {
  if (!unproven || (last !== undefined && !doubted)) return Number.POSITIVE_INFINITY;
  return last === undefined ? 0 : 1;
}

function accepted(state: InviteServerState & { name: 'accepted' }, input: ServerInput): InviteServerStep {
  switch (input.kind) {
    case 'respond':
      return input.response.status >= 200 && input.response.status < 300
        ? { state, outputs: [{ kind: 'send', response: input.response }] }
        : ignore(state);
    case 'ack':
      return { state, outputs: [{ kind: 'deliverAck', ack: input.ack }] };
    case 'timer':
      return input.timer === 'L' ? terminated() : ignore(state);
    case 'transportFailed':
      return { state, outputs: [{ kind: 'fail', reason: 'transport' }] };
    case 'request':
      return ignore(state);
    default:
      return assertNever(input);
  }
}

function completed(
  state: InviteServerState & { name: 'completed' },
  input: ServerInput,
  { timers, reliable }: MachineFacts,
): InviteServerStep {
  switch (input.kind) {
    case 'request':
      return { state, outputs: [{ kind: 'send', response: state.last }] };
    case 'timer': {
      if (input.timer === 'H') {
        if (state.left < Number.POSITIVE_INFINITY) return terminated();
        return terminated({ kind: 'stopTimer', timer: 'G' }, { kind: 'fail', reason: 'ackMissing' });
      }
      if (input.timer !== 'G' || state.left === 0) return ignore(state);
      const repeatAfter = Math.min(2 * state.repeatAfter, timers.t2);
      const left = state.left - 1;
      const outputs: ServerOutput[] = [{ kind: 'send', response: state.last }];
      if (left > 0) outputs.push({ kind: 'startTimer', timer: 'G', after: repeatAfter });
      return { state: { ...state, repeatAfter, left }, outputs };
    }
    case 'ack': {
      const quiet: ServerOutput[] = [
        { kind: 'stopTimer', timer: 'G' },
        { kind: 'stopTimer', timer: 'H' },
      ];
      const deliver: ServerOutput = { kind: 'deliverAck', ack: input.ack };
      // Timer I is zero on reliable transports, where no ACK is repeated.
      return reliable
        ? terminated(...quiet, deliver)
        : {
            state: { name: 'confirmed' },
            outputs: [...quiet, { kind: 'startTimer', timer: 'I', after: timers.t4 }, deliver],
          };
    }
    case 'transportFailed':
      return { state, outputs: [{ kind: 'fail', reason: 'transport' }] };
    case 'respond':
      return ignore(state);
    default:
      return assertNever(input);
  }
}

const terminated = (...outputs: ServerOutput[]): InviteServerStep => ({
  state: { name: 'terminated' },
  outputs: [...outputs, { kind: 'end' }],
});
