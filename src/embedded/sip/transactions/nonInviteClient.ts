import { assertNever } from '../../../base/assertNever.ts';
import type { Duration } from '../../../base/clock.ts';
import { type ClientInput, type ClientOutput, ignore, type MachineFacts, type Step } from './machine.ts';

/**
 * Any request but INVITE and ACK, client side (RFC 3261, §17.1.2).
 *
 * ```
 *   initial ─► trying ─► proceeding ─┬─► completed ─► terminated
 *                 └──────────────────┘
 * ```
 */
export type NonInviteClientState =
  /** Nothing has been sent. Leaves to trying when started. */
  | { readonly name: 'initial' }
  /**
   * The request is out, nothing has come back. Timer E (unreliable transports) repeats it, F gives up. Leaves to
   * proceeding on 1xx, completed on a final response, terminated when F fires or the transport fails.
   */
  | { readonly name: 'trying'; readonly repeatAfter: Duration }
  /** A provisional response has come: E goes on at T2, F as before. Entered from trying, leaves like it. */
  | { readonly name: 'proceeding' }
  /**
   * The final response has come; when it comes again it is absorbed. Timer K runs. Entered from trying and proceeding
   * over unreliable transports. Leaves to terminated.
   */
  | { readonly name: 'completed' }
  /** Over. */
  | { readonly name: 'terminated' };

type NonInviteClientStep = Step<NonInviteClientState, ClientOutput>;

export const nonInviteClientStart: NonInviteClientState = { name: 'initial' };

export function nonInviteClient(
  state: NonInviteClientState,
  input: ClientInput,
  facts: MachineFacts,
): NonInviteClientStep {
  switch (state.name) {
    case 'initial':
      return input.kind === 'start' ? start(facts) : ignore(state);
    case 'trying':
    case 'proceeding':
      return waiting(state, input, facts);
    case 'completed':
      return input.kind === 'timer' && input.timer === 'K' ? terminated() : ignore(state);
    case 'terminated':
      return ignore(state);
    default:
      return assertNever(state);
  }
}

function start({ timers, reliable }: MachineFacts): NonInviteClientStep {
  const outputs: ClientOutput[] = [{ kind: 'sendRequest' }];
  if (!reliable) outputs.push({ kind: 'startTimer', timer: 'E', after: timers.t1 });
  outputs.push({ kind: 'startTimer', timer: 'F', after: 64 * timers.t1 });
  return { state: { name: 'trying', repeatAfter: timers.t1 }, outputs };
}

function waiting(
  state: NonInviteClientState & { name: 'trying' | 'proceeding' },
  input: ClientInput,
  { timers, reliable }: MachineFacts,
): NonInviteClientStep {
  switch (input.kind) {
    case 'timer': {
      if (input.timer === 'F') return terminated({ kind: 'fail', reason: 'timeout' });
      if (input.timer !== 'E') return ignore(state);
      const repeatAfter = state.name === 'trying' ? Math.min(2 * state.repeatAfter, timers.t2) : timers.t2;
      return {
        state: state.name === 'trying' ? { name: 'trying', repeatAfter } : state,
        outputs: [{ kind: 'sendRequest' }, { kind: 'startTimer', timer: 'E', after: repeatAfter }],
      };
    }
    case 'response': {
      const { response } = input;
      if (response.status < 200) return { state: { name: 'proceeding' }, outputs: [{ kind: 'deliver', response }] };
      const quiet: ClientOutput[] = [
        { kind: 'stopTimer', timer: 'E' },
        { kind: 'stopTimer', timer: 'F' },
      ];
      // Timer K is zero on reliable transports, where no response is repeated.
      return reliable
        ? terminated(...quiet, { kind: 'deliver', response })
        : {
            state: { name: 'completed' },
            outputs: [...quiet, { kind: 'startTimer', timer: 'K', after: timers.t4 }, { kind: 'deliver', response }],
          };
    }
    case 'transportFailed':
      return terminated({ kind: 'fail', reason: 'transport' });
    // Only an INVITE can be cancelled (§9.1).
    case 'cancel':
    case 'start':
      return ignore(state);
    default:
      return assertNever(input);
  }
}

const terminated = (...outputs: ClientOutput[]): NonInviteClientStep => ({
  state: { name: 'terminated' },
  outputs: [...outputs, { kind: 'end' }],
});
