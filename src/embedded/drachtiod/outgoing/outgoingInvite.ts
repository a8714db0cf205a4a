/**
 * The INVITE that an application sends to start a dialog.
 *
 * - `calling`: no final response. Entered from: the beginning. Leaves to `answered` with the first 2xx, to `over` with a
 *   refusal, without an answer.
 * - `answered`: the application has the 2xx, and its ACK is waited for: it may bring SDP. Entered from `calling`. Leaves
 *   to `over` with the ACK, or with the end of the dialog or of the application.
 * - `over`: repeated 2xx are acknowledged again, other forks that accept are sent BYE. Final.
 */
import { randomUUID } from 'node:crypto';
import { parseInteger } from '../../../sip/grammar/fields/integer.ts';
import { header } from '../../../sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import { type Dialog, keyOf } from '../../sip/dialogs/dialog.ts';
import { ackWithin, requestWithin } from '../../sip/dialogs/requests.ts';
import type { ClientFailure, Hop, RequestOptions, Source } from '../../sip/stack.ts';
import { toTag } from '../../sip/tags.ts';
import { type AcceptedAnswer, type InviteClient, sendInvite } from '../../sip/userAgent/inviteClient.ts';
import { release } from '../../sip/userAgent/release.ts';
import { ReliableProvisionalOrder } from '../../sip/userAgent/reliableProvisionals.ts';
import type { Application } from '../applications/connection.ts';
import type { Asker, Core } from '../core/core.ts';
import { AppDialog } from '../dialogs/appDialog.ts';
import { endDialog } from '../dialogs/endDialog.ts';
import { natHopOfResponse, wayTo } from '../dialogs/natHop.ts';
import { takesUpdate } from '../dialogs/takesUpdate.ts';
import { encodeReceived, encodeSentRequest } from '../messages/encode.ts';
import { requestContent } from '../messages/requestContent.ts';
import type { AppRequest } from '../protocol/appMessage.ts';
import { nokFrame } from '../protocol/outgoing.ts';
import { acceptedInterval } from '../sessionTimer/negotiation.ts';
import { sessionEvents } from '../sessionTimer/sessionEvents.ts';
import { AskedRequest, tellSent } from './askedRequest.ts';
import { cancelFields, cancelOf } from './cancelMessage.ts';
import type { OutgoingRequest } from './outgoingRequest.ts';
import type { PendingInvite } from './pendingInvite.ts';

export interface OutgoingInviteOptions extends RequestOptions {
  readonly asker: Asker;
  readonly request: SipRequest;
  readonly dialogId: string;
}

const cancelRace = 'ACK-BYE due to cancel race condition';

export class OutgoingInvite implements OutgoingRequest, PendingInvite {
  readonly application: Application;
  private state: 'calling' | 'answered' | 'over' = 'calling';
  private readonly asked: AskedRequest;
  private readonly client: InviteClient;
  private dialog: AppDialog | undefined;
  private natHop: Hop | undefined;
  private answer: AcceptedAnswer | undefined;
  /** Nobody wants the answer: the application has gone. */
  private unwanted = false;
  private cancelled = false;
  private readonly reliable = new Map<string, ReliableProvisionalOrder>();
  private readonly forks = new Map<number, Dialog>();

  constructor(
    private readonly core: Core,
    private readonly options: OutgoingInviteOptions,
  ) {
    const { asker, request, dialogId, target, finish } = options;
    this.application = asker.application;
    this.asked = new AskedRequest(core, asker, () => dialogId);
    core.outgoing.set(this.transactionId, this);
    let recorded = false;
    this.client = sendInvite(
      core.stack,
      request,
      {
        sent: (sent, hop) => {
          this.asked.sent(sent, hop);
          if (recorded) return;
          recorded = true;
          core.records.post({ kind: 'attempt' }, () =>
            encodeSentRequest(sent, core.stack.localFor(hop), core.clock.now()),
          );
        },
        provisional: (response, dialog, source) => this.provisional(response, dialog, source),
        accepted: answer => this.accepted(answer),
        refused: (response, source) => this.refused(response, source),
        failed: failure => this.failed(failure),
        ackFailed: error => core.log.info({ err: error, dialog: dialogId }, 'an ACK could not be sent'),
        unreachable: answer => this.unreachable(answer),
      },
      {
        ...(target === undefined ? {} : { target }),
        ...(finish === undefined ? {} : { finish }),
        way: (response, source, contact) => wayTo(contact, natHopOfResponse(response, source), source),
      },
    );
  }

  get transactionId(): string {
    return this.asked.transactionId;
  }

  get unanswered(): boolean {
    return this.state === 'calling';
  }

  get request(): SipRequest {
    return this.client.transaction.request;
  }

  forkOf(rseq: number): Dialog | undefined {
    return this.forks.get(rseq);
  }

  cancel(commandId: string, cancel: AppRequest): void {
    if (this.state !== 'calling') {
      this.application.send(nokFrame(commandId, `unable to cancel unknown transaction id: ${this.transactionId}`));
      return;
    }
    const headers = cancelFields(cancel);
    this.cancelled = true;
    this.client.cancel(headers);
    const asker = { application: this.application, commandId };
    tellSent(this.core, asker, randomUUID(), cancelOf(this.request, headers), this.asked.lastHop);
  }

  applicationLost(): void {
    this.unwanted = true;
    if (this.state === 'calling') this.client.cancel();
    else if (this.state === 'answered') this.hangUp();
  }

  acknowledge(application: Application, commandId: string, ack: AppRequest): void {
    const { answer, dialog, core } = this;
    if (this.state !== 'answered' || answer === undefined || dialog === undefined) {
      application.send(nokFrame(commandId, 'Server error: no 2xx is waiting for this ACK'));
      return;
    }
    const hop = this.natHop ?? answer.source;
    const content = requestContent(ack, core.stack.localFor(hop), dialog.contact);
    if (!content.ok) {
      application.send(nokFrame(commandId, `Server error: ${content.error}`));
      return;
    }
    dialog.rememberSdp(content.value);
    answer.acknowledge(content.value);
    this.over();
    const { request } = ackWithin(answer.dialog, this.request, content.value);
    tellSent(core, { application, commandId }, randomUUID(), request, hop);
    if (this.cancelled) endDialog(core, dialog, cancelRace, 'system-initiated-termination');
  }

  withdraw(): void {
    if (this.state === 'calling') {
      this.cancelled = true;
      this.client.cancel();
    } else if (this.state === 'answered') {
      this.answer?.acknowledge();
      this.over();
    }
  }

  private provisional(response: SipResponse, early: Dialog | undefined, source: Source): void {
    if (response.status === 100 || this.state !== 'calling' || this.unwanted) return;
    if (early !== undefined) {
      const judged = this.orderOf(response).judge(response);
      if (judged === 'drop') return;
      const dialog = this.ownDialog(response);
      const sip = dialog.fork(keyOf(early)) ?? early;
      this.core.dialogs.put(dialog, sip);
      if (judged === 'new') this.rememberReliable(response, sip, source);
    }
    this.asked.deliver(response, source);
  }

  private accepted(answer: AcceptedAnswer): void {
    const { core } = this;
    if (answer.earlier > 0) {
      core.log.info({ dialog: this.options.dialogId }, 'another fork has accepted: it is sent BYE');
      release(core.stack, answer);
      return;
    }
    this.natHop = natHopOfResponse(answer.response, answer.source);
    this.answer = answer;
    if (this.unwanted) {
      this.hangUp();
      return;
    }
    const dialog = this.ownDialog(answer.response);
    dialog.natHop = this.natHop;
    dialog.hop = answer.source;
    core.dialogs.confirm(dialog, answer.dialog);
    this.state = 'answered';
    core.outgoing.delete(this.transactionId);
    const interval = acceptedInterval(answer.response);
    if (interval !== undefined) dialog.sessionTimer.start(interval);
    this.asked.deliver(answer.response, answer.source);
    core.records.post({ kind: 'start', role: 'uac' }, () => encodeReceived(answer.response, answer.source));
  }

  private refused(response: SipResponse, source: Source): void {
    this.over();
    if (this.unwanted) return;
    this.asked.deliver(response, source);
    const reason = response.status === 487 ? 'call-canceled' : 'call-rejected';
    this.core.records.post({ kind: 'stop', reason }, () => encodeReceived(response, source));
  }

  private failed(failure: ClientFailure): void {
    this.over();
    if (!this.unwanted) this.asked.failed(this.request, failure);
  }

  /** Nobody is left to acknowledge it: ACK, then BYE. */
  private hangUp(): void {
    const { answer, dialog, core } = this;
    this.over();
    if (dialog !== undefined) core.dialogs.remove(dialog);
    if (answer === undefined) return;
    answer.acknowledge();
    const sip = dialog?.sip ?? answer.dialog;
    const { request } = requestWithin(sip, 'BYE');
    core.stack.request(request, { response: () => {}, failed: () => {} }, answer.way);
  }

  /** It has accepted, and does not hear our ACK: nobody is to be in a call with it. */
  private unreachable(answer: AcceptedAnswer): void {
    const { core, dialog } = this;
    if (answer !== this.answer || dialog === undefined || dialog.state === 'terminated') return;
    endDialog(core, dialog, 'ACK could not be sent', 'system-initiated-termination');
  }

  private over(): void {
    this.state = 'over';
    this.core.outgoing.delete(this.transactionId);
    const { dialog } = this;
    if (dialog === undefined) {
      this.core.dialogs.release(this.options.dialogId);
      return;
    }
    if (dialog.outgoingInvite === this) dialog.outgoingInvite = undefined;
    if (dialog.state === 'early') this.core.dialogs.remove(dialog);
  }

  private ownDialog(response: SipResponse): AppDialog {
    if (this.dialog === undefined) {
      const { core } = this;
      this.dialog = new AppDialog({
        id: this.options.dialogId,
        kind: 'invite',
        owner: this.application,
        hop: this.asked.lastHop,
        clock: core.clock,
        session: dialog => sessionEvents(core, dialog),
      });
      this.dialog.outgoingInvite = this;
      this.dialog.contact = header(this.request, 'Contact');
      this.dialog.rememberSdp(this.request);
    }
    this.dialog.takesUpdate ||= takesUpdate(response);
    return this.dialog;
  }

  /** Each fork counts its reliable responses by itself. */
  private orderOf(response: SipResponse): ReliableProvisionalOrder {
    const tag = toTag(response) ?? '';
    const known = this.reliable.get(tag);
    if (known !== undefined) return known;
    const order = new ReliableProvisionalOrder();
    this.reliable.set(tag, order);
    return order;
  }

  private rememberReliable(response: SipResponse, sip: Dialog, source: Source): void {
    this.natHop = natHopOfResponse(response, source);
    if (this.dialog !== undefined) this.dialog.natHop = this.natHop;
    const rseq = parseInteger(header(response, 'RSeq') ?? '');
    if (rseq.ok) this.forks.set(rseq.value, sip);
  }
}
