import { assertNever } from '../../../base/assertNever.ts';
import type { Clock } from '../../../base/clock.ts';
import type { SipResponse } from '../../../sip/message.ts';
import type { Source } from '../transport/transport.ts';
import { type InviteClientState, inviteClient, inviteClientStart } from './inviteClient.ts';
import type { ClientInput, ClientOutput, ClientTimer, MachineFacts } from './machine.ts';
import { type NonInviteClientState, nonInviteClient, nonInviteClientStart } from './nonInviteClient.ts';
import { TimerSet } from './timerSet.ts';

/** What a client machine wants done; each is one of its outputs. */
export interface ClientActions {
  sendRequest(): void;
  sendCancel(): void;
  sendAck(response: SipResponse): void;
  deliver(response: SipResponse, source: Source): void;
  fail(reason: 'timeout' | 'transport'): void;
  end(): void;
}

type State =
  | { readonly invite: true; readonly machine: InviteClientState }
  | { readonly invite: false; readonly machine: NonInviteClientState };

/** Runs one of the two client machines: keeps its state and its timers, and carries out what it wants. */
export class ClientTransactionRunner {
  private state: State;
  private readonly timers: TimerSet<ClientTimer>;

  constructor(
    method: string,
    clock: Clock,
    private readonly facts: MachineFacts,
    private readonly actions: ClientActions,
  ) {
    this.state =
      method === 'INVITE'
        ? { invite: true, machine: inviteClientStart }
        : { invite: false, machine: nonInviteClientStart };
    this.timers = new TimerSet(clock, timer => this.input({ kind: 'timer', timer }));
  }

  start(): void {
    this.input({ kind: 'start' });
  }

  response(response: SipResponse, source: Source): void {
    this.input({ kind: 'response', response }, source);
  }

  cancel(): void {
    this.input({ kind: 'cancel' });
  }

  transportFailed(): void {
    this.input({ kind: 'transportFailed' });
  }

  /** Cut off: nothing more is done, not even `end`. */
  dispose(): void {
    this.timers.stopAll();
    this.state = this.state.invite
      ? { invite: true, machine: { name: 'terminated' } }
      : { invite: false, machine: { name: 'terminated' } };
  }

  private input(input: ClientInput, source?: Source): void {
    const outputs = this.step(input);
    for (const output of outputs) this.carryOut(output, source);
  }

  private step(input: ClientInput): readonly ClientOutput[] {
    if (this.state.invite) {
      const { state, outputs } = inviteClient(this.state.machine, input, this.facts);
      this.state = { invite: true, machine: state };
      return outputs;
    }
    const { state, outputs } = nonInviteClient(this.state.machine, input, this.facts);
    this.state = { invite: false, machine: state };
    return outputs;
  }

  private carryOut(output: ClientOutput, source: Source | undefined): void {
    switch (output.kind) {
      case 'startTimer':
        this.timers.start(output.timer, output.after);
        return;
      case 'stopTimer':
        this.timers.stop(output.timer);
        return;
      case 'sendRequest':
        this.actions.sendRequest();
        return;
      case 'sendCancel':
        this.actions.sendCancel();
        return;
      case 'sendAck':
        this.actions.sendAck(output.response);
        return;
      case 'deliver':
        if (source !== undefined) this.actions.deliver(output.response, source);
        return;
      case 'fail':
        this.actions.fail(output.reason);
        return;
      case 'end':
        this.timers.stopAll();
        this.actions.end();
        return;
      default:
        assertNever(output);
    }
  }
}
