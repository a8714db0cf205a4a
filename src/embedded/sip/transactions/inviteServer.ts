import { assertNever } from '../../../base/assertNever.ts';
import type { Duration } from '../../../base/clock.ts';
import type { SipResponse } from '../../../sip/message.ts';
import { ignore, type MachineFacts, type ServerInput, type ServerOutput, type Step } from './machine.ts';

/**
 * INVITE, server side (RFC 3261, §17.2.1; RFC 6026, §7.1), with a departure for datagrams of an unproven source: it gets
 * no 100, and a refusal once for each time that the INVITE comes, as from a stateless user agent (§8.2.7). So the owner of
 * a forged address gets no more datagrams than were sent in their name, and a client whose refusal is lost repeats its
 * INVITE, as no 100 has silenced it. A source may prove itself meanwhile: then a repeated INVITE gets its 100. After any
 * provisional response the client is silent, so the refusal is repeated as usual.
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
   * answered with the last response there is, else with a 100. Leaves to accepted on a 2xx, completed on a refusal.
   */
  | { readonly name: 'proceeding'; readonly last: SipResponse | undefined }
  /**
   * The core has accepted, and repeats its 2xx through us until the ACK reaches it; repeated INVITEs are absorbed.
   * Timer L runs. Entered from proceeding. Leaves to terminated.
   */
  | { readonly name: 'accepted' }
  /**
   * Refused, no ACK yet. G (unreliable transports) repeats the refusal, H gives up. Entered from proceeding. Leaves to
   * confirmed with the ACK, to terminated when H fires. `once`: to an unproven source; no G, an early H, of which the
   * core hears nothing.
   */
  | { readonly name: 'completed'; readonly last: SipResponse; readonly repeatAfter: Duration; readonly once: boolean }
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
            state: { name: 'proceeding', last: undefined },
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
    case 'request':
      if (state.last !== undefined) return { state, outputs: [{ kind: 'send', response: state.last }] };
      return unproven ? ignore(state) : { state, outputs: [{ kind: 'tryingDue' }] };
    case 'timer':
      return input.timer === 'trying' && state.last === undefined
        ? { state, outputs: [{ kind: 'tryingDue' }] }
        : ignore(state);
    case 'respond': {
      const { response } = input;
      if (unproven && response.status === 100) return ignore(state);
      const outputs: ServerOutput[] = [];
      if (state.last === undefined) outputs.push({ kind: 'stopTimer', timer: 'trying' });
      outputs.push({ kind: 'send', response });
      if (response.status < 200) return { state: { ...state, last: response }, outputs };
      if (response.status < 300) {
        outputs.push({ kind: 'startTimer', timer: 'L', after: 64 * timers.t1 });
        return { state: { name: 'accepted' }, outputs };
      }
      const once = unproven && state.last === undefined;
      if (!reliable && !once) outputs.push({ kind: 'startTimer', timer: 'G', after: timers.t1 });
      outputs.push({ kind: 'startTimer', timer: 'H', after: once ? timers.t4 : 64 * timers.t1 });
      return { state: { name: 'completed', last: response, repeatAfter: timers.t1, once }, outputs };
    }
    case 'transportFailed':
      return { state, outputs: [{ kind: 'fail', reason: 'transport' }] };
    case 'ack':
      return ignore(state);
    default:
      return assertNever(input);
  }
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
        if (state.once) return terminated();
        return terminated({ kind: 'stopTimer', timer: 'G' }, { kind: 'fail', reason: 'ackMissing' });
      }
      if (input.timer !== 'G' || state.once) return ignore(state);
      const repeatAfter = Math.min(2 * state.repeatAfter, timers.t2);
      return {
        state: { ...state, repeatAfter },
        outputs: [
          { kind: 'send', response: state.last },
          { kind: 'startTimer', timer: 'G', after: repeatAfter },
        ],
      };
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
