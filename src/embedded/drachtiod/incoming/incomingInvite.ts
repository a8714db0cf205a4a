/**
 * An INVITE of the network, the first one of a dialog or a further one, that an application answers.
 *
 * - `proceeding`: no final response. Entered from: the beginning. Leaves to `held`, `accepted`, `over`; to `released` by
 *   a proxy.
 * - `held`: the application has accepted, and its 2xx waits for the PRACK of a reliable provisional response (RFC 3262,
 *   §5). Entered from `proceeding`. Leaves to `accepted` by the PRACK, to `over` without it or by a CANCEL.
 * - `accepted`: the 2xx is out and repeated until its ACK. Entered from `proceeding`, `held`. Leaves to `over`.
 * - `over`: refused, cancelled, acknowledged, or given up. Final.
 * - `released`: a proxy has it. Final.
 */
import { randomUUID } from 'node:crypto';
import { assertNever } from '../../../base/assertNever.ts';
import type { Timer } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import { randomId } from '../../../base/ids.ts';
import { field, header } from '../../../sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import { dialogOfRequest } from '../../sip/dialogs/dialog.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ServerTransaction } from '../../sip/stack.ts';
import type { Application } from '../applications/connection.ts';
import type { Core } from '../core/core.ts';
import type { AppDialog } from '../dialogs/appDialog.ts';
import { endDialog } from '../dialogs/endDialog.ts';
import { followRequest } from '../dialogs/follow.ts';
import { chosenTag, completeResponse } from '../messages/completeResponse.ts';
import { type Encoded, encodeReceived, encodeSentResponse } from '../messages/encode.ts';
import { type AppResponse, appHeader } from '../protocol/appMessage.ts';
import { messageFrame, nokFrame, responseSentFrame } from '../protocol/outgoing.ts';
import { answerInterval, listsOption, type SessionAnswer } from '../sessionTimer/negotiation.ts';
import { type IncomingRequest, unknownTransaction } from './incomingRequest.ts';
import { ReliableAnswers } from './reliableAnswers.ts';

export interface IncomingInviteOptions {
  readonly application: Application;
  readonly transaction: ServerTransaction;
  /** Of a re-INVITE; of a first INVITE, how to make one once it is needed. */
  readonly dialog: AppDialog | (() => AppDialog);
  readonly ended?: () => void;
}

interface HeldAnswer {
  readonly commandId: string;
  readonly response: AppResponse;
}

/** How long whoever is in a call is known to the door. Milliseconds. */
const inCall = 3_600_000;

/** §13.3.1.1: proxies on the way give up after three minutes without a word. */
const progressInterval = 60_000;

export class IncomingInvite implements IncomingRequest {
  readonly transactionId = randomUUID();
  readonly application: Application;
  readonly request: SipRequest;
  private state: 'proceeding' | 'held' | 'accepted' | 'over' | 'released' = 'proceeding';
  private readonly transaction: ServerTransaction;
  private dialog: AppDialog | undefined;
  private toTag: string | undefined;
  private reliable: ReliableAnswers | undefined;
  private held: HeldAnswer | undefined;
  private accepted: SipResponse | undefined;
  private progress: Timer | undefined;

  constructor(
    private readonly core: Core,
    private readonly options: IncomingInviteOptions,
  ) {
    this.application = options.application;
    this.transaction = options.transaction;
    this.request = options.transaction.request;
    if (typeof options.dialog !== 'function') {
      this.dialog = options.dialog;
      this.dialog.incomingInvite = this;
    }
    core.incoming.set(this.transactionId, this);
    // At once, as drachtio-server does: the application may take its time, and the far end need not repeat itself.
    this.transaction.respond(responseTo(this.request, 100));
    this.transaction.observe({
      cancelled: cancel => this.cancelled(cancel),
      failed: error => core.log.info({ err: error }, 'a response to an INVITE could not be delivered'),
      ended: () => {
        if (this.state === 'proceeding' || this.state === 'held') this.over();
        options.ended?.();
      },
    });
  }

  get isFirst(): boolean {
    return typeof this.options.dialog === 'function';
  }

  get proxiable(): ServerTransaction | undefined {
    return this.isFirst && this.state === 'proceeding' && this.toTag === undefined ? this.transaction : undefined;
  }

  /** No final response has been given. */
  get unanswered(): boolean {
    return this.state === 'proceeding' || this.state === 'held';
  }

  get unacknowledged(): boolean {
    return this.state === 'accepted';
  }

  respond(commandId: string, response: AppResponse): void {
    switch (this.state) {
      case 'proceeding':
        this.answer(commandId, response);
        return;
      case 'held':
      case 'accepted':
      case 'over':
      case 'released':
        this.application.send(nokFrame(commandId, unknownTransaction));
        return;
      default:
        assertNever(this.state);
    }
  }

  release(): void {
    this.transaction.observe({});
    this.settle('released');
  }

  applicationLost(): void {
    if (this.unanswered) this.refuse(503);
  }

  /**
   * The PRACK of the dialog. False: it acknowledges nothing that is out. `tell` hands it to the application: before a
   * held 2xx goes out, since drachtio-srf's dialogs, which come with the 2xx, know no PRACK.
   */
  acknowledgeProvisional(prack: SipRequest, tell: () => void): boolean {
    if (this.reliable?.acknowledge(prack) !== true) return false;
    tell();
    const { held, reliable } = this;
    if (held !== undefined && reliable.pending === 0) {
      this.held = undefined;
      this.state = 'proceeding';
      this.accept(held.commandId, held.response);
    }
    return true;
  }

  /** The caller hung up by BYE instead of CANCEL (§15.1.2): as far as the application can tell, it is the same. */
  hungUp(): void {
    if (!this.unanswered) {
      if (this.accepted !== undefined) this.core.accepted.abandon(this.accepted);
      this.over();
      return;
    }
    if (this.isFirst) {
      const cseq = header(this.request, 'CSeq') ?? '';
      this.tellCancelled({
        ...this.request,
        method: 'CANCEL',
        headers: this.request.headers
          .filter(entry => ['Via', 'From', 'To', 'Call-ID', 'Max-Forwards'].includes(entry.name))
          .concat(field('CSeq', cseq.replace(/(?<!\S)\S+$/, 'CANCEL'))),
        body: Buffer.alloc(0),
      });
    }
    this.refuse(487);
  }

  private answer(commandId: string, response: AppResponse): void {
    if (response.status < 200) this.provisional(commandId, response);
    else if (response.status >= 300) this.final(commandId, response);
    else if ((this.reliable?.pending ?? 0) > 0) this.hold(commandId, response);
    else this.accept(commandId, response);
  }

  private hold(commandId: string, response: AppResponse): void {
    this.held = { commandId, response };
    this.state = 'held';
  }

  private provisional(commandId: string, response: AppResponse): void {
    const wantsReliable = listsReliable(response) && response.status > 100;
    if (
      wantsReliable &&
      !listsOption(this.request, 'Supported', '100rel') &&
      !listsOption(this.request, 'Require', '100rel')
    ) {
      this.application.send(nokFrame(commandId, 'Remote endpoint does not support 100rel'));
      return;
    }
    this.attempt(commandId, () => {
      const complete = this.complete(response, response.status > 100);
      if (response.status > 100) this.becomeEarly(complete);
      if (wantsReliable) {
        this.reliable ??= this.reliableAnswers();
        this.reliable.send(commandId, complete);
      } else {
        // A 100 to a source that has proven nothing is kept back: that is no failure of the application's.
        if (!this.transaction.respond(complete) && response.status > 100) throw new Error(unknownTransaction);
        this.tellSent(commandId, complete);
        if (response.status > 100) this.repeatProgress(complete);
      }
    });
  }

  private final(commandId: string, response: AppResponse): void {
    this.attempt(commandId, () => {
      const complete = this.complete(response, false);
      if (!this.transaction.respond(complete)) throw new Error(unknownTransaction);
      if (response.status === 401 || response.status === 407) this.core.merged.forget(this.request);
      this.tellSent(commandId, complete);
      this.over();
      if (this.isFirst) {
        this.core.records.post({ kind: 'stop', reason: 'call-rejected' }, () => this.encoded(complete));
      }
    });
  }

  private accept(commandId: string, response: AppResponse): void {
    this.attempt(commandId, () => {
      const session = answerInterval(
        this.request,
        appHeader(response, 'Session-Expires'),
        this.dialog?.sessionTimer.interval,
      );
      const complete = this.complete(response, true, session);
      const sent = this.core.accepted.accept(this.transaction, complete, {
        acknowledged: ack => this.acknowledged(ack),
        unacknowledged: () => this.ackMissing(),
      });
      if (!sent) throw new Error(unknownTransaction);
      this.accepted = complete;
      this.established(complete, session);
      this.tellSent(commandId, complete);
      if (this.isFirst) this.core.records.post({ kind: 'start', role: 'uas' }, () => this.encoded(complete));
    });
  }

  /** What may fail because of what the application wrote: the transaction stays as it was, and the application is told. */
  private attempt(commandId: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.application.send(nokFrame(commandId, messageOf(error)));
    }
  }

  private complete(response: AppResponse, contact: boolean, session?: SessionAnswer): SipResponse {
    this.toTag ??= chosenTag(response) ?? randomId();
    return completeResponse(this.request, response, {
      toTag: this.toTag,
      local: this.core.stack.localFor(this.transaction.source),
      contact,
      ...(session === undefined ? {} : { fields: session.fields }),
    });
  }

  private becomeEarly(complete: SipResponse): void {
    if (!this.isFirst) return;
    const sip = dialogOfRequest(this.request, complete);
    if (sip === undefined) return;
    const dialog = this.ownDialog();
    if (dialog.sip === undefined) this.core.dialogs.put(dialog, sip);
    this.remember(dialog, complete);
  }

  private established(complete: SipResponse, session: SessionAnswer | undefined): void {
    const { dialogs } = this.core;
    const dialog = this.ownDialog();
    if (this.isFirst) {
      const sip = dialogOfRequest(this.request, complete);
      if (sip !== undefined) dialogs.confirm(dialog, sip);
    } else {
      followRequest(this.core, dialog, this.request, this.transaction.source);
    }
    this.remember(dialog, complete);
    if (session !== undefined) dialog.sessionTimer.start(session.interval);
    else dialog.sessionTimer.stop();
    this.settle('accepted');
  }

  private ownDialog(): AppDialog {
    if (this.dialog === undefined) {
      const { dialog } = this.options;
      this.dialog = typeof dialog === 'function' ? dialog() : dialog;
      this.dialog.incomingInvite = this;
    }
    return this.dialog;
  }

  private remember(dialog: AppDialog, complete: SipResponse): void {
    dialog.contact = header(complete, 'Contact') ?? dialog.contact;
    dialog.rememberSdp(complete);
  }

  private reliableAnswers(): ReliableAnswers {
    return new ReliableAnswers(this.core, this.transaction, {
      sent: (commandId, response) => this.tellSent(commandId, response),
      unacknowledged: () => this.refuse(504),
    });
  }

  private repeatProgress(response: SipResponse): void {
    this.progress?.cancel();
    this.progress = this.core.clock.after(progressInterval, () => {
      if (this.state === 'proceeding' && this.transaction.respond(response)) this.repeatProgress(response);
    });
  }

  private acknowledged(ack: SipRequest): void {
    const { dialog } = this;
    this.core.stack.known(this.transaction.source, inCall);
    this.over();
    if (dialog === undefined) return;
    if (dialog.owner.connected) {
      const { bytes, meta } = encodeReceived(ack, { ...this.transaction.source, receivedAt: this.core.clock.now() });
      dialog.owner.send(messageFrame(meta, this.transactionId, dialog.id, bytes));
    }
    dialog.acknowledged();
  }

  private ackMissing(): void {
    const { dialog } = this;
    this.over();
    if (dialog === undefined || dialog.acknowledged()) return;
    endDialog(this.core, dialog, 'ACK timeout', 'system-initiated-termination');
  }

  private cancelled(cancel: SipRequest): void {
    if (!this.unanswered) return;
    this.tellCancelled(cancel);
    this.refuse(487);
    this.core.records.post({ kind: 'stop', reason: 'call-canceled' }, () =>
      encodeReceived(cancel, this.transaction.source),
    );
  }

  private tellCancelled(cancel: SipRequest): void {
    const { bytes, meta } = encodeReceived(cancel, { ...this.transaction.source, receivedAt: this.core.clock.now() });
    this.application.send(messageFrame(meta, this.transactionId, this.dialog?.id ?? '', bytes));
  }

  /** A refusal of our own. */
  private refuse(status: number): void {
    this.transaction.respond(responseTo(this.request, status, { toTag: this.toTag ?? randomId() }));
    this.over();
  }

  private tellSent(commandId: string, response: SipResponse): void {
    const { bytes, meta } = this.encoded(response);
    this.application.send(responseSentFrame(commandId, meta, this.transactionId, this.dialog?.id ?? '', bytes));
  }

  private encoded(response: SipResponse): Encoded {
    return encodeSentResponse(response, this.transaction.source, this.core.clock.now());
  }

  private over(): void {
    if (this.state === 'over') return;
    this.settle('over');
    const { dialog } = this;
    if (dialog === undefined) return;
    if (dialog.incomingInvite === this) dialog.incomingInvite = undefined;
    if (this.isFirst && dialog.state === 'early') this.core.dialogs.remove(dialog);
  }

  /** No response of the application is waited for any more; whoever still waits for one that was put off is told so. */
  private settle(state: 'accepted' | 'over' | 'released'): void {
    this.state = state;
    this.progress?.cancel();
    this.core.incoming.delete(this.transactionId);
    const putOff = [...(this.reliable?.stop() ?? []), ...(this.held === undefined ? [] : [this.held.commandId])];
    this.held = undefined;
    for (const commandId of putOff) this.application.send(nokFrame(commandId, unknownTransaction));
  }
}

const listsReliable = (response: AppResponse): boolean =>
  response.headers.some(entry => entry.name === 'Require' && entry.value.toLowerCase().includes('100rel'));
