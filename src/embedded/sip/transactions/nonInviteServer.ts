import { assertNever } from '../../../base/assertNever.ts';
import type { SipResponse } from '../../../sip/message.ts';
import { ignore, type MachineFacts, type ServerInput, type ServerOutput, type Step } from './machine.ts';

/**
 * Any request but INVITE and ACK, server side (RFC 3261, §17.2.2). A response that cannot be sent is told to the core
 * and changes no state (RFC 6026, §8.9). Beyond the RFC, a core that never answers does not keep the transaction for
 * ever: after 64·T1 the client has given up (timer F), and no response would find it (RFC 4320, §4.2). And what an
 * unproven source has sent is not kept for the whole of timer J: a flood would fill the memory.
 *
 * ```
 *   initial ─► trying ─► proceeding ─┬─► completed ─► terminated
 *                 └──────────────────┘
 * ```
 */
export type NonInviteServerState =
  /** Nothing has come. Leaves to trying with the request. */
  | { readonly name: 'initial' }
  /**
   * The core decides; a repeated request is absorbed. The timer `unanswered` runs. Leaves to proceeding on 1xx, completed
   * on a final response, terminated when the timer fires.
   */
  | { readonly name: 'trying' }
  /** A provisional response is out, and answers a repeated request. Entered from trying, leaves like it. */
  | { readonly name: 'proceeding'; readonly last: SipResponse }
  /**
   * The final response is out, and answers a repeated request; another one of the core is discarded. Timer J runs.
   * Entered from trying and proceeding over unreliable transports. Leaves to terminated.
   */
  | { readonly name: 'completed'; readonly last: SipResponse }
  /** Over. */
  | { readonly name: 'terminated' };

type NonInviteServerStep = Step<NonInviteServerState, ServerOutput>;

export const nonInviteServerStart: NonInviteServerState = { name: 'initial' };

export function nonInviteServer(
  state: NonInviteServerState,
  input: ServerInput,
  facts: MachineFacts,
): NonInviteServerStep {
  switch (state.name) {
    case 'initial':
      return input.kind === 'request'
        ? {
            state: { name: 'trying' },
            outputs: [{ kind: 'startTimer', timer: 'unanswered', after: 64 * facts.timers.t1 }],
          }
        : ignore(state);
    case 'trying':
    case 'proceeding':
      return deciding(state, input, facts);
    case 'completed':
      return completed(state, input);
    case 'terminated':
      return ignore(state);
    default:
      return assertNever(state);
  }
}

function deciding(
  state: NonInviteServerState & { name: 'trying' | 'proceeding' },
  input: ServerInput,
  { timers, reliable, unproven = false }: MachineFacts,
): NonInviteServerStep {
  switch (input.kind) {
    case 'request':
      return state.name === 'proceeding' ? { state, outputs: [{ kind: 'send', response: state.last }] } : ignore(state);
    case 'respond': {
      const { response } = input;
      if (response.status < 200) {
        return { state: { name: 'proceeding', last: response }, outputs: [{ kind: 'send', response }] };
      }
      const outputs: ServerOutput[] = [
        { kind: 'stopTimer', timer: 'unanswered' },
        { kind: 'send', response },
      ];
      // Timer J is zero on reliable transports, where no request is repeated.
      return reliable
        ? terminated(...outputs)
        : {
            state: { name: 'completed', last: response },
            outputs: [...outputs, { kind: 'startTimer', timer: 'J', after: unproven ? timers.t4 : 64 * timers.t1 }],
          };
    }
    case 'transportFailed':
      return { state, outputs: [{ kind: 'fail', reason: 'transport' }] };
    case 'timer':
      return input.timer === 'unanswered' ? terminated({ kind: 'fail', reason: 'unanswered' }) : ignore(state);
    case 'ack':
      return ignore(state);
    default:
      return assertNever(input);
  }
}

function completed(state: NonInviteServerState & { name: 'completed' }, input: ServerInput): NonInviteServerStep {
  switch (input.kind) {
    case 'request':
      return { state, outputs: [{ kind: 'send', response: state.last }] };
    case 'timer':
      return input.timer === 'J' ? terminated() : ignore(state);
    case 'transportFailed':
      return { state, outputs: [{ kind: 'fail', reason: 'transport' }] };
    case 'respond':
    case 'ack':
      return ignore(state);
    default:
      return assertNever(input);
  }
}

const terminated = (...outputs: ServerOutput[]): NonInviteServerStep => ({
  state: { name: 'terminated' },
  outputs: [...outputs, { kind: 'end' }],
});
