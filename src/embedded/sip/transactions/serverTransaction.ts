import { assertNever } from '../../../base/assertNever.ts';
import type { Clock } from '../../../base/clock.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import { type InviteServerState, inviteServer, inviteServerStart } from './inviteServer.ts';
import type { MachineFacts, ServerInput, ServerOutput, ServerTimer } from './machine.ts';
import { type NonInviteServerState, nonInviteServer, nonInviteServerStart } from './nonInviteServer.ts';
import { TimerSet } from './timerSet.ts';

/** What a server machine wants done; each is one of its outputs. */
export interface ServerActions {
  send(response: SipResponse): void;
  /** The 100 to be sent. */
  trying(): SipResponse;
  deliverAck(ack: SipRequest): void;
  fail(reason: 'ackMissing' | 'unanswered' | 'transport'): void;
  end(): void;
}

type State =
  | { readonly invite: true; readonly machine: InviteServerState }
  | { readonly invite: false; readonly machine: NonInviteServerState };

/** Runs one of the two server machines: keeps its state and its timers, and carries out what it wants. */
export class ServerTransactionRunner {
  private state: State;
  private readonly timers: TimerSet<ServerTimer>;

  constructor(
    method: string,
    clock: Clock,
    private readonly facts: MachineFacts,
    private readonly actions: ServerActions,
  ) {
    this.state =
      method === 'INVITE'
        ? { invite: true, machine: inviteServerStart }
        : { invite: false, machine: nonInviteServerStart };
    this.timers = new TimerSet(clock, timer => this.input({ kind: 'timer', timer }));
  }

  get name(): InviteServerState['name'] | NonInviteServerState['name'] {
    return this.state.machine.name;
  }

  request(): void {
    this.input({ kind: 'request' });
  }

  ack(ack: SipRequest): void {
    this.input({ kind: 'ack', ack });
  }

  /** False: the machine takes no such response any more. */
  respond(response: SipResponse): boolean {
    return this.input({ kind: 'respond', response });
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

  private input(input: ServerInput): boolean {
    const outputs = this.step(input);
    let sent = false;
    for (const output of outputs) {
      if (output.kind === 'send') sent = true;
      this.carryOut(output);
    }
    return sent;
  }

  private step(input: ServerInput): readonly ServerOutput[] {
    if (this.state.invite) {
      const { state, outputs } = inviteServer(this.state.machine, input, this.facts);
      this.state = { invite: true, machine: state };
      return outputs;
    }
    const { state, outputs } = nonInviteServer(this.state.machine, input, this.facts);
    this.state = { invite: false, machine: state };
    return outputs;
  }

  private carryOut(output: ServerOutput): void {
    switch (output.kind) {
      case 'startTimer':
        this.timers.start(output.timer, output.after);
        return;
      case 'stopTimer':
        this.timers.stop(output.timer);
        return;
      case 'send':
        this.actions.send(output.response);
        return;
      case 'tryingDue':
        this.respond(this.actions.trying());
        return;
      case 'deliverAck':
        this.actions.deliverAck(output.ack);
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
