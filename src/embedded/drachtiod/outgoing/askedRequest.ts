/**
 * What the requests that are sent for an application have in common: it is told what was sent, under which transaction
 * id, and then of the responses.
 */
import { randomUUID } from 'node:crypto';
import type { SipMessage, SipRequest, SipResponse } from '../../../sip/message.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ClientFailure, Hop, Source } from '../../sip/stack.ts';
import type { Asker, Core } from '../core/core.ts';
import { encodeReceived, encodeSentRequest } from '../messages/encode.ts';
import { messageFrame, requestSentFrame } from '../protocol/outgoing.ts';

/** RFC 5626, §5.3: the connection that the far end had registered over is not there. */
export const flowFailed = 430;

export class AskedRequest {
  readonly transactionId = randomUUID();
  private told = false;
  private hop: Hop | undefined;

  constructor(
    private readonly core: Core,
    private readonly asker: Asker,
    /** Read when a response is handed on: a dialog may come into being with it. */
    private readonly dialogId: () => string,
  ) {}

  /** It has left: the application's command is done. Each further attempt is the stack's business. */
  sent(request: SipRequest, hop: Hop): void {
    this.hop = hop;
    if (this.told) return;
    this.told = true;
    const { application, commandId } = this.asker;
    const { bytes, meta } = encodeSentRequest(request, this.core.stack.localFor(hop), this.core.clock.now());
    application.send(requestSentFrame(commandId, meta, this.transactionId, bytes));
  }

  /** The response, from the network or of our own, behind the word that the request was sent. */
  deliver(response: SipResponse, source: Source): void {
    const { bytes, meta } = encodeReceived(response, source);
    this.asker.application.send(messageFrame(meta, this.transactionId, this.dialogId(), bytes));
  }

  /** There is no response: the application gets one of ours (RFC 3261, §8.1.3.1), which is returned. */
  deliverFailure(request: SipRequest, status: number): SipResponse {
    const hop = this.lastHop;
    this.sent(request, hop);
    const response = responseTo(request, status);
    this.deliver(response, { ...hop, listener: hop.listener ?? '', receivedAt: this.core.clock.now() });
    return response;
  }

  failed(request: SipRequest, failure: ClientFailure): SipResponse {
    this.core.log.info({ err: failure.error, method: request.method }, 'a request had no answer');
    return this.deliverFailure(request, this.core.flows.isLost(this.lastHop) ? flowFailed : failure.status);
  }

  /** Where it was sent to; of a request that never left, our own address stands for the missing one. */
  get lastHop(): Hop {
    if (this.hop !== undefined) return this.hop;
    const [listener] = this.core.stack.addresses;
    return {
      protocol: listener?.protocol ?? 'udp',
      address: listener?.address ?? '127.0.0.1',
      port: listener?.port ?? 0,
    };
  }
}

/** The text of a message for an application that asked what was sent, where nothing goes through a transaction. */
export const tellSent = (core: Core, asker: Asker, transactionId: string, message: SipMessage, hop: Hop): void => {
  const { bytes, meta } = encodeSentRequest(message, core.stack.localFor(hop), core.clock.now());
  asker.application.send(requestSentFrame(asker.commandId, meta, transactionId, bytes));
};
