/** A request other than INVITE that is sent for an application, within a dialog or outside of one. */
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import type { ClientFailure, RequestOptions, Source } from '../../sip/stack.ts';
import type { Application } from '../applications/connection.ts';
import type { Asker, Core } from '../core/core.ts';
import { nokFrame } from '../protocol/outgoing.ts';
import { AskedRequest } from './askedRequest.ts';
import type { OutgoingRequest } from './outgoingRequest.ts';

export interface SentRequestOptions extends RequestOptions {
  readonly asker: Asker;
  readonly request: SipRequest;
  readonly dialogId: () => string;
  /** The outcome, before the application is told of it; no response: there was none. */
  readonly final?: (status: number, response: SipResponse | undefined, source: Source | undefined) => void;
  /** The application has been told of the outcome. */
  readonly told?: () => void;
}

export class SentRequest implements OutgoingRequest {
  readonly application: Application;
  private readonly asked: AskedRequest;
  private lost = false;

  constructor(
    private readonly core: Core,
    private readonly options: SentRequestOptions,
  ) {
    this.application = options.asker.application;
    this.asked = new AskedRequest(core, options.asker, options.dialogId);
    core.outgoing.set(this.transactionId, this);
    this.send();
  }

  get transactionId(): string {
    return this.asked.transactionId;
  }

  cancel(commandId: string): void {
    this.application.send(nokFrame(commandId, `${this.options.request.method} cannot be cancelled`));
  }

  applicationLost(): void {
    this.lost = true;
  }

  private send(): void {
    const { request, target, otherwise, local, finish } = this.options;
    const transaction = this.core.stack.request(
      request,
      {
        sent: (sent, hop) => this.asked.sent(sent, hop),
        response: (response, source) => this.response(response, source),
        failed: failure => this.failed(transaction.request, failure),
      },
      {
        ...(target === undefined ? {} : { target }),
        ...(otherwise === undefined ? {} : { otherwise }),
        ...(local === undefined ? {} : { local }),
        ...(finish === undefined ? {} : { finish }),
      },
    );
  }

  private response(response: SipResponse, source: Source): void {
    if (response.status === 100) return;
    if (response.status >= 200) this.over(response.status, response, source);
    if (!this.lost) this.asked.deliver(response, source);
    if (response.status >= 200) this.options.told?.();
  }

  private failed(request: SipRequest, failure: ClientFailure): void {
    this.over(failure.status);
    if (!this.lost) this.asked.failed(request, failure);
    this.options.told?.();
  }

  private over(status: number, response?: SipResponse, source?: Source): void {
    this.core.outgoing.delete(this.transactionId);
    this.options.final?.(status, response, source);
  }
}
