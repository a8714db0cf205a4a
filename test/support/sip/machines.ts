import type {
  ClientInput,
  ClientOutput,
  ClientTimer,
  MachineFacts,
  ServerInput,
  ServerOutput,
  ServerTimer,
  Step,
} from '../../../src/embedded/sip/transactions/machine.ts';
import { defaultTimers } from '../../../src/embedded/sip/transactions/timerValues.ts';
import type { SipRequest, SipResponse } from '../../../src/sip/message.ts';

export const unreliable: MachineFacts = { timers: defaultTimers, reliable: false };
export const reliable: MachineFacts = { timers: defaultTimers, reliable: true };

const noBody = Buffer.alloc(0);
export const response = (status: number): SipResponse => ({
  kind: 'response',
  status,
  reason: '',
  headers: [],
  body: noBody,
});
export const ack: SipRequest = { kind: 'request', method: 'ACK', uri: 'sip:b@b', headers: [], body: noBody };

const clientTimers: readonly ClientTimer[] = ['A', 'B', 'D', 'E', 'F', 'K', 'M', 'cancelled'];
const serverTimers: readonly ServerTimer[] = ['trying', 'G', 'H', 'I', 'J', 'L', 'unanswered'];

/** Every input there is, under a short name: `100`, `200`, `486`, `A`, `cancel` … */
export const clientInputs: Readonly<Record<string, ClientInput>> = {
  start: { kind: 'start' },
  cancel: { kind: 'cancel' },
  transportFailed: { kind: 'transportFailed' },
  ...Object.fromEntries(
    [100, 180, 200, 302, 486, 603].map(status => [status, { kind: 'response', response: response(status) }]),
  ),
  ...Object.fromEntries(clientTimers.map(timer => [timer, { kind: 'timer', timer }])),
};

export const serverInputs: Readonly<Record<string, ServerInput>> = {
  request: { kind: 'request' },
  ack: { kind: 'ack', ack },
  transportFailed: { kind: 'transportFailed' },
  ...Object.fromEntries(
    [100, 180, 200, 302, 486, 603].map(status => [status, { kind: 'respond', response: response(status) }]),
  ),
  ...Object.fromEntries(serverTimers.map(timer => [timer, { kind: 'timer', timer }])),
};

/** An output in a word: `send`, `deliver 200`, `start A 500`, `stop A`, `fail timeout`, `end`. */
export function word(output: ClientOutput | ServerOutput): string {
  switch (output.kind) {
    case 'startTimer':
      return `start ${output.timer} ${output.after}`;
    case 'stopTimer':
      return `stop ${output.timer}`;
    case 'deliver':
    case 'sendAck':
    case 'send':
      return `${output.kind} ${output.response.status}`;
    case 'fail':
      return `fail ${output.reason}`;
    default:
      return output.kind;
  }
}

/** `state: outputs`, for each input: what a table of the RFC says. */
export function table<State extends { readonly name: string }, Input, Output extends ClientOutput | ServerOutput>(
  machine: (state: State, input: Input, facts: MachineFacts) => Step<State, Output>,
  inputs: Readonly<Record<string, Input>>,
  state: State,
  facts: MachineFacts,
): Record<string, string> {
  const rows: Record<string, string> = {};
  for (const [name, input] of Object.entries(inputs)) {
    const step = machine(state, input, facts);
    const outputs = step.outputs.map(word).join(', ');
    if (outputs === '' && step.state === state) continue;
    rows[name] = `${step.state.name}: ${outputs}`;
  }
  return rows;
}

/** The state that the inputs lead to, one after the other. */
export function after<State, Input, Output>(
  machine: (state: State, input: Input, facts: MachineFacts) => Step<State, Output>,
  start: State,
  facts: MachineFacts,
  ...inputs: readonly Input[]
): State {
  return inputs.reduce((state, input) => machine(state, input, facts).state, start);
}
