/**
 * The INVITE that an application sends within a dialog.
 *
 * - `calling`: no final response. Entered from: the beginning. Leaves to `answered` with a 2xx, to `over` otherwise.
 * - `answered`: the application's ACK is waited for. Entered from `calling`. Leaves to `over` with it, or with the end of
 *   the dialog or the application.
 * - `over`: repeated 2xx are acknowledged again. Final.
 */
import { randomUUID } from 'node:crypto';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import type { ClientFailure, Source } from '../../sip/stack.ts';
import type { Application } from '../applications/connection.ts';
import type { Asker, Core } from '../core/core.ts';
import type { AppDialog } from '../dialogs/appDialog.ts';
import { followResponse } from '../dialogs/follow.ts';
import type { Way } from '../dialogs/natHop.ts';
import { takesUpdate } from '../dialogs/takesUpdate.ts';
import { requestContent } from '../messages/requestContent.ts';
import type { AppRequest } from '../protocol/appMessage.ts';
import { nokFrame } from '../protocol/outgoing.ts';
import { acceptedInterval } from '../sessionTimer/negotiation.ts';
import { AskedRequest, tellSent } from './askedRequest.ts';
import { cancelFields, cancelOf } from './cancelMessage.ts';
import type { OutgoingRequest } from './outgoingRequest.ts';
import type { PendingInvite } from './pendingInvite.ts';
import { Reinvite } from './reinvite.ts';

export class OutgoingReinvite implements OutgoingRequest, PendingInvite {
  readonly application: Application;
  private state: 'calling' | 'answered' | 'over' = 'calling';
  private unwanted = false;
  private readonly asked: AskedRequest;
  private readonly reinvite: Reinvite;

  constructor(
    private readonly core: Core,
    asker: Asker,
    private readonly dialog: AppDialog,
    request: SipRequest,
    way: Way,
  ) {
    this.application = asker.application;
    this.asked = new AskedRequest(core, asker, () => dialog.id);
    core.outgoing.set(this.transactionId, this);
    dialog.outgoingInvite = this;
    this.reinvite = new Reinvite(core, request, way, {
      sent: (sent, hop) => this.asked.sent(sent, hop),
      response: (response, source) => this.response(response, source),
      failed: failure => this.failed(failure),
    });
  }

  get transactionId(): string {
    return this.asked.transactionId;
  }

  get unanswered(): boolean {
    return this.state === 'calling';
  }

  get request(): SipRequest {
    return this.reinvite.transaction.request;
  }

  forkOf(): undefined {
    return undefined;
  }

  cancel(commandId: string, cancel: AppRequest): void {
    if (this.state !== 'calling') {
      this.application.send(nokFrame(commandId, `unable to cancel unknown transaction id: ${this.transactionId}`));
      return;
    }
    const headers = cancelFields(cancel);
    this.reinvite.transaction.cancel(headers);
    const asker = { application: this.application, commandId };
    tellSent(this.core, asker, randomUUID(), cancelOf(this.request, headers), this.asked.lastHop);
  }

  /** The dialog stays for whoever comes after the application; the question is withdrawn. */
  applicationLost(): void {
    this.unwanted = true;
    this.withdraw();
  }

  acknowledge(application: Application, commandId: string, ack: AppRequest): void {
    const { core, dialog } = this;
    const { sip } = dialog;
    if (this.state !== 'answered' || sip === undefined) {
      application.send(nokFrame(commandId, 'Server error: no 2xx is waiting for this ACK'));
      return;
    }
    const hop = dialog.natHop ?? this.asked.lastHop;
    const content = requestContent(ack, core.stack.localFor(hop), dialog.contact);
    if (!content.ok) {
      application.send(nokFrame(commandId, `Server error: ${content.error}`));
      return;
    }
    dialog.rememberSdp(content.value);
    const sent = this.reinvite.acknowledge(sip, dialog, content.value);
    this.over();
    tellSent(core, { application, commandId }, randomUUID(), sent, hop);
  }

  withdraw(): void {
    if (this.state === 'calling') this.reinvite.transaction.cancel();
    else if (this.state === 'answered') this.acknowledgeOurselves();
  }

  private response(response: SipResponse, source: Source): void {
    if (response.status >= 300) this.over();
    else if (response.status >= 200) this.answered(response, source);
    if (!this.unwanted) this.asked.deliver(response, source);
  }

  private answered(response: SipResponse, source: Source): void {
    const { core, dialog } = this;
    this.state = 'answered';
    core.outgoing.delete(this.transactionId);
    followResponse(core, dialog, response, source);
    dialog.rememberSdp(this.request);
    dialog.takesUpdate ||= takesUpdate(response);
    const interval = acceptedInterval(response);
    if (dialog.state === 'terminated') this.acknowledgeOurselves();
    else if (interval === undefined) dialog.sessionTimer.stop();
    else dialog.sessionTimer.start(interval);
    if (this.unwanted) this.acknowledgeOurselves();
  }

  private failed(failure: ClientFailure): void {
    this.over();
    if (!this.unwanted) this.asked.failed(this.request, failure);
  }

  private acknowledgeOurselves(): void {
    const { dialog } = this;
    if (dialog.sip !== undefined) this.reinvite.acknowledge(dialog.sip, dialog);
    this.over();
  }

  private over(): void {
    this.state = 'over';
    this.core.outgoing.delete(this.transactionId);
    if (this.dialog.outgoingInvite === this) this.dialog.outgoingInvite = undefined;
  }
}
