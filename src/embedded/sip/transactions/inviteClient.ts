import { assertNever } from '../../../base/assertNever.ts';
import type { Duration } from '../../../base/clock.ts';
import { type ClientInput, type ClientOutput, ignore, type MachineFacts, type Step } from './machine.ts';

/**
 * INVITE, client side (RFC 3261, §17.1.1; RFC 6026, §7.2).
 *
 * ```
 *   initial ─► calling ─► proceeding ─┬─► accepted ──┬─► terminated
 *                 └───────────────────┴─► completed ─┘
 * ```
 */
export type InviteClientState =
  /** Nothing has been sent. Leaves to calling when started. */
  | { readonly name: 'initial' }
  /**
   * The INVITE is out, nothing has come back. Timer A (unreliable transports) and B run. A CANCEL that is wanted waits
   * for the first provisional response (§9.1). Leaves to proceeding on 1xx, accepted on 2xx, completed on a refusal,
   * terminated when B fires or the transport fails.
   */
  | { readonly name: 'calling'; readonly repeatAfter: Duration; readonly cancelWanted: boolean }
  /**
   * A provisional response has come: no timer runs, the far end may ring as long as the core lets it; after a CANCEL
   * the timer `cancelled` runs. Entered from calling. Leaves to accepted, completed, or terminated (`cancelled` fires).
   */
  | { readonly name: 'proceeding'; readonly cancelled: boolean }
  /**
   * A 2xx has come; more of them may, repeated ones and those of other forks, and each goes to the core, which sends the
   * ACKs. Timer M runs. Entered from calling and proceeding. Leaves to terminated.
   */
  | { readonly name: 'accepted' }
  /**
   * Refused, and the refusal acknowledged; when it comes again, so is the ACK. Timer D runs. Entered from calling and
   * proceeding over unreliable transports. Leaves to terminated.
   */
  | { readonly name: 'completed' }
  /** Over. */
  | { readonly name: 'terminated' };

type InviteClientStep = Step<InviteClientState, ClientOutput>;

export const inviteClientStart: InviteClientState = { name: 'initial' };

export function inviteClient(state: InviteClientState, input: ClientInput, facts: MachineFacts): InviteClientStep {
  switch (state.name) {
    case 'initial':
      return input.kind === 'start' ? start(facts) : ignore(state);
    case 'calling':
      return calling(state, input, facts);
    case 'proceeding':
      return proceeding(state, input, facts);
    case 'accepted':
      if (input.kind === 'timer' && input.timer === 'M') return terminated();
      return input.kind === 'response' && isSuccess(input.response.status)
        ? { state, outputs: [{ kind: 'deliver', response: input.response }] }
        : ignore(state);
    case 'completed':
      return completed(state, input);
    case 'terminated':
      return ignore(state);
    default:
      return assertNever(state);
  }
}

function start({ timers, reliable }: MachineFacts): InviteClientStep {
  const outputs: ClientOutput[] = [{ kind: 'sendRequest' }];
  if (!reliable) outputs.push({ kind: 'startTimer', timer: 'A', after: timers.t1 });
  outputs.push({ kind: 'startTimer', timer: 'B', after: 64 * timers.t1 });
  return { state: { name: 'calling', repeatAfter: timers.t1, cancelWanted: false }, outputs };
}

function calling(
  state: InviteClientState & { name: 'calling' },
  input: ClientInput,
  facts: MachineFacts,
): InviteClientStep {
  switch (input.kind) {
    case 'timer': {
      if (input.timer === 'B') return terminated({ kind: 'fail', reason: 'timeout' });
      if (input.timer !== 'A') return ignore(state);
      const repeatAfter = 2 * state.repeatAfter;
      return {
        state: { ...state, repeatAfter },
        outputs: [{ kind: 'sendRequest' }, { kind: 'startTimer', timer: 'A', after: repeatAfter }],
      };
    }
    case 'cancel':
      return { state: { ...state, cancelWanted: true }, outputs: [] };
    case 'transportFailed':
      return terminated({ kind: 'fail', reason: 'transport' });
    case 'response': {
      const { response } = input;
      const quiet: ClientOutput[] = [
        { kind: 'stopTimer', timer: 'A' },
        { kind: 'stopTimer', timer: 'B' },
      ];
      if (response.status >= 200) return answered(response.status, input, facts, quiet);
      const outputs: ClientOutput[] = [...quiet, ...(state.cancelWanted ? cancelling(facts) : [])];
      outputs.push({ kind: 'deliver', response });
      return { state: { name: 'proceeding', cancelled: state.cancelWanted }, outputs };
    }
    case 'start':
      return ignore(state);
    default:
      return assertNever(input);
  }
}

function proceeding(
  state: InviteClientState & { name: 'proceeding' },
  input: ClientInput,
  facts: MachineFacts,
): InviteClientStep {
  switch (input.kind) {
    case 'timer':
      return input.timer === 'cancelled' ? terminated({ kind: 'fail', reason: 'timeout' }) : ignore(state);
    case 'cancel':
      return state.cancelled
        ? ignore(state)
        : { state: { name: 'proceeding', cancelled: true }, outputs: cancelling(facts) };
    case 'response': {
      const { response } = input;
      if (response.status < 200) return { state, outputs: [{ kind: 'deliver', response }] };
      return answered(
        response.status,
        input,
        facts,
        state.cancelled ? [{ kind: 'stopTimer', timer: 'cancelled' }] : [],
      );
    }
    // The INVITE has arrived, so a transport that fails now (a late ICMP error of a retransmission) changes nothing.
    case 'transportFailed':
    case 'start':
      return ignore(state);
    default:
      return assertNever(input);
  }
}

/** `completed`: a refusal that comes again means that our ACK got lost. A 2xx that a fork sends after it is dropped (RFC 6026). */
function completed(state: InviteClientState & { name: 'completed' }, input: ClientInput): InviteClientStep {
  switch (input.kind) {
    case 'timer':
      return input.timer === 'D' ? terminated() : ignore(state);
    case 'response': {
      const { response } = input;
      return response.status >= 300 ? { state, outputs: [{ kind: 'sendAck', response }] } : ignore(state);
    }
    // The core has its answer already; without a transport there is no ACK to repeat.
    case 'transportFailed':
      return terminated({ kind: 'stopTimer', timer: 'D' });
    case 'cancel':
    case 'start':
      return ignore(state);
    default:
      return assertNever(input);
  }
}

function answered(
  status: number,
  { response }: ClientInput & { kind: 'response' },
  { timers, reliable }: MachineFacts,
  before: readonly ClientOutput[],
): InviteClientStep {
  if (isSuccess(status)) {
    return {
      state: { name: 'accepted' },
      outputs: [...before, { kind: 'startTimer', timer: 'M', after: 64 * timers.t1 }, { kind: 'deliver', response }],
    };
  }
  const refused: ClientOutput[] = [
    { kind: 'sendAck', response },
    { kind: 'deliver', response },
  ];
  // Timer D is zero on reliable transports, where the ACK cannot get lost.
  return reliable
    ? terminated(...before, ...refused)
    : {
        state: { name: 'completed' },
        outputs: [...before, { kind: 'startTimer', timer: 'D', after: timers.timerD }, ...refused],
      };
}

const cancelling = ({ timers }: MachineFacts): ClientOutput[] => [
  { kind: 'sendCancel' },
  { kind: 'startTimer', timer: 'cancelled', after: 64 * timers.t1 },
];

const terminated = (...outputs: ClientOutput[]): InviteClientStep => ({
  state: { name: 'terminated' },
  outputs: [...outputs, { kind: 'end' }],
});

const isSuccess = (status: number): boolean => status >= 200 && status < 300;
