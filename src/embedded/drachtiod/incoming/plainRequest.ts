/**
 * A request other than INVITE that waits for the application's answer, within a dialog or outside of one.
 *
 * - `waiting`: no final response yet. Entered from: the beginning. Leaves to `answered` by the application's response,
 *   by its end, by its silence; to `released` by a proxy.
 * - `answered`, `released`: nothing is answered here any more. Final.
 */
import { randomUUID } from 'node:crypto';
import { assertNever } from '../../../base/assertNever.ts';
import type { Timer } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import { randomId } from '../../../base/ids.ts';
import type { HeaderField, SipRequest, SipResponse } from '../../../sip/message.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ServerTransaction } from '../../sip/stack.ts';
import type { Application } from '../applications/connection.ts';
import type { Core } from '../core/core.ts';
import { chosenTag, completeResponse } from '../messages/completeResponse.ts';
import { encodeSentResponse } from '../messages/encode.ts';
import type { AppResponse } from '../protocol/appMessage.ts';
import { nokFrame, responseSentFrame } from '../protocol/outgoing.ts';
import { acquaintance, type IncomingRequest, provesItself, unknownTransaction } from './incomingRequest.ts';

export interface PlainRequestOptions {
  readonly application: Application;
  readonly transaction: ServerTransaction;
  /** Of the dialog that it belongs to, or that its 2xx has started; empty: none. */
  readonly dialogId: () => string;
  /** Its 2xx carries our Contact (RFC 3261, table 2; RFC 3515, §2.4.2). */
  readonly contact: boolean;
  /** It may be proxied. */
  readonly proxiable: boolean;
  /** What the server adds to the application's final response. */
  readonly fields?: (response: AppResponse) => readonly HeaderField[];
  /** A final response has gone out: what it does to a dialog. */
  readonly answered?: (response: SipResponse) => void;
  /** The transaction is over. */
  readonly ended?: () => void;
}

const needsContact = (options: PlainRequestOptions, status: number): boolean =>
  options.contact && status >= 200 && status < 300;

export class PlainRequest implements IncomingRequest {
  readonly transactionId = randomUUID();
  readonly application: Application;
  readonly request: SipRequest;
  private state: 'waiting' | 'answered' | 'released' = 'waiting';
  private toTag: string | undefined;
  private readonly silence: Timer;

  constructor(
    private readonly core: Core,
    private readonly options: PlainRequestOptions,
  ) {
    this.application = options.application;
    this.request = options.transaction.request;
    core.incoming.set(this.transactionId, this);
    // The client has given up by then (timer F); without an answer the transaction would stay for ever.
    this.silence = core.clock.after(64 * core.timers.t1, () => {
      const { method } = this.request;
      core.log.warn({ method, dialog: options.dialogId() }, 'the application has not answered a request');
      this.answerOurselves(500);
    });
    options.transaction.observe({
      failed: error => core.log.info({ err: error, method: this.request.method }, 'a response could not be delivered'),
      ended: () => {
        this.forget('answered');
        options.ended?.();
      },
    });
  }

  get proxiable(): ServerTransaction | undefined {
    const { transaction, proxiable } = this.options;
    return proxiable && this.state === 'waiting' && this.toTag === undefined ? transaction : undefined;
  }

  respond(commandId: string, response: AppResponse): void {
    switch (this.state) {
      case 'answered':
      case 'released':
        this.application.send(nokFrame(commandId, unknownTransaction));
        return;
      case 'waiting':
        this.send(commandId, response);
        return;
      default:
        assertNever(this.state);
    }
  }

  release(): void {
    this.forget('released');
  }

  applicationLost(): void {
    this.answerOurselves(503);
  }

  private send(commandId: string, response: AppResponse): void {
    const { core, options } = this;
    const { transaction } = options;
    this.toTag ??= chosenTag(response) ?? randomId();
    const final = response.status >= 200;
    try {
      const complete = completeResponse(this.request, response, {
        toTag: this.toTag,
        local: core.stack.localFor(transaction.source),
        contact: needsContact(options, response.status),
        fields: final ? (options.fields?.(response) ?? []) : [],
      });
      if (!transaction.respond(complete)) throw new Error(unknownTransaction);
      if (final) options.answered?.(complete);
      if (provesItself(this.request, complete)) {
        core.stack.proven(transaction.source);
        core.stack.known(transaction.source, acquaintance(complete));
      }
      const { bytes, meta } = encodeSentResponse(complete, transaction.source, core.clock.now());
      this.application.send(responseSentFrame(commandId, meta, this.transactionId, options.dialogId(), bytes));
    } catch (error) {
      this.application.send(nokFrame(commandId, messageOf(error)));
      if (!transaction.settled) return;
    }
    if (final) this.forget('answered');
  }

  private answerOurselves(status: number): void {
    if (this.state !== 'waiting') return;
    const { options } = this;
    // A BYE has ended the dialog whatever is said of it.
    const answer = this.request.method === 'BYE' ? 200 : status;
    const response = responseTo(this.request, answer, { toTag: this.toTag ?? randomId() });
    options.transaction.respond(response);
    options.answered?.(response);
    this.forget('answered');
  }

  private forget(state: 'answered' | 'released'): void {
    if (this.state !== 'waiting') return;
    this.state = state;
    this.silence.cancel();
    this.core.incoming.delete(this.transactionId);
  }
}
