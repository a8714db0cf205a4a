/**
 * One request of ours, from the moment it is handed to the server to its final response.
 *
 * - `handed`: the server has not said yet that it left. Entered from: the beginning. Leaves to `sent`; to `over` where
 *   the server refuses it, does not answer in time, or is gone.
 * - `sent`: responses may come. Entered from: `handed`. Leaves to `over` by the final response, the deadline, the loss
 *   of the connection.
 * - `over`: `final` or `failed` was told, once. Entered from: both. Final; a request that the server sends after we gave
 *   it up is cancelled.
 */
import type { Clock, Duration, Timer } from '../../base/clock.ts';
import { KozpontError, messageOf } from '../../base/errors.ts';
import { toHeaders } from '../drachtio/fields.ts';
import { type Responder, responderOf } from '../drachtio/responder.ts';
import type { Acknowledge, DrachtioSrf, SrfIncomingResponse, SrfRequest } from '../drachtio/srf.ts';

export interface OutgoingRequest {
  readonly method: string;
  /** Within a dialog the server knows it. */
  readonly uri?: string;
  readonly dialogId?: string;
  /** The URI of where it is sent, whatever the Request-URI says. */
  readonly nextHop?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** How long the final response may take. The server gives up a transaction by itself; this is for a server that fails. */
  readonly within?: Duration;
}

export interface OutgoingEvents {
  /** It has left; this is how it looked. */
  sent?(request: SrfRequest): void;
  provisional?(response: SrfIncomingResponse, acknowledge: Acknowledge): void;
  /** The last event, or `failed` is. A 2xx to INVITE is to be acknowledged. */
  final(response: SrfIncomingResponse, acknowledge: Acknowledge): void;
  /** `CONNECTION_LOST`, `DEADLINE_PASSED`, `REQUEST_FAILED`. */
  failed(error: KozpontError): void;
  /** An UPDATE of the far end that came meanwhile. */
  updated?(request: SrfRequest, respond: Responder): void;
}

export interface Sending {
  /** For INVITE: CANCEL as soon as it has left. `final` or `failed` follows nevertheless. */
  cancel(headers?: Record<string, string>): void;
}

/** The server answers from its own memory. */
const handOverWithin = 5_000;
/** Timer F of RFC 3261 is 32 s, and the server has it too. */
const finalWithin = 40_000;

export class Outgoing implements Sending {
  private state: 'handed' | 'sent' | 'over' = 'handed';
  private sentRequest: SrfRequest | undefined;
  private cancelHeaders: Record<string, string> | undefined;
  private timer: Timer;

  constructor(
    private readonly surroundings: {
      readonly srf: DrachtioSrf;
      readonly clock: Clock;
      forget(outgoing: Outgoing): void;
    },
    private readonly request: OutgoingRequest,
    private readonly events: OutgoingEvents,
    /** Runs what drachtio-srf calls: nothing may be thrown into its socket's handler. */
    private readonly guard: (run: () => void) => void,
  ) {
    this.timer = surroundings.clock.after(handOverWithin, () => this.expire());
  }

  /** Apart from the constructor, so that whoever owns it knows it before anything happens. */
  send(): void {
    const { method, uri, dialogId, nextHop, headers = {}, body } = this.request;
    try {
      this.surroundings.srf.request(
        uri ?? 'sip:placeholder',
        {
          method,
          headers: toHeaders(headers),
          ...(body === undefined ? {} : { body }),
          ...(nextHop === undefined ? {} : { proxy: nextHop }),
          ...(dialogId === undefined ? {} : { stackDialogId: dialogId }),
        },
        (error, sent) => this.guard(() => this.handedOver(error, sent)),
      );
    } catch (error) {
      this.fail(new KozpontError('CONNECTION_LOST', `${method} could not be sent: ${messageOf(error)}`));
    }
  }

  cancel(headers: Record<string, string> = {}): void {
    if (this.cancelHeaders !== undefined || this.state === 'over') return;
    this.cancelHeaders = headers;
    if (this.sentRequest !== undefined) this.sendCancel(this.sentRequest, headers);
  }

  /** The server's transaction of an INVITE outside of dialogs that waits for its final response. */
  get openInvite(): string | undefined {
    const { method, dialogId } = this.request;
    if (this.state !== 'sent' || method !== 'INVITE' || dialogId !== undefined) return undefined;
    return this.sentRequest?.stackTxnId;
  }

  lost(): void {
    this.fail(
      new KozpontError('CONNECTION_LOST', `the connection was lost before ${this.request.method} was answered`),
    );
  }

  private handedOver(error: unknown, sent: SrfRequest | undefined): void {
    if (error !== null && error !== undefined) {
      this.fail(new KozpontError('REQUEST_FAILED', `${this.request.method} was not sent: ${messageOf(error)}`));
      return;
    }
    if (sent === undefined) return;
    if (this.state === 'over') {
      if (this.request.method === 'INVITE') this.sendCancel(sent, {});
      return;
    }
    this.state = 'sent';
    this.sentRequest = sent;
    this.timer.cancel();
    this.timer = this.surroundings.clock.after(this.request.within ?? finalWithin, () => this.expire());
    sent.on('response', (response, acknowledge) => this.guard(() => this.responded(response, acknowledge)));
    sent.on('update', (update, response) =>
      this.guard(() => {
        const respond = responderOf(update, response);
        if (this.events.updated === undefined) respond(481);
        else this.events.updated(update, respond);
      }),
    );
    if (this.cancelHeaders !== undefined) this.sendCancel(sent, this.cancelHeaders);
    this.events.sent?.(sent);
  }

  private responded(response: SrfIncomingResponse, acknowledge: Acknowledge): void {
    if (this.state === 'over') return;
    if (response.status < 200) {
      this.events.provisional?.(response, acknowledge);
      return;
    }
    this.finish();
    this.events.final(response, acknowledge);
  }

  private expire(): void {
    const { method } = this.request;
    if (this.state === 'sent' && method === 'INVITE' && this.cancelHeaders === undefined) {
      // It rings somewhere: what is given up is also taken back.
      this.cancel();
      return;
    }
    this.fail(new KozpontError('DEADLINE_PASSED', `${method} was not answered in time`));
  }

  private sendCancel(sent: SrfRequest, headers: Record<string, string>): void {
    this.timer.cancel();
    this.timer = this.surroundings.clock.after(finalWithin, () => this.expire());
    try {
      sent.cancel({ headers: toHeaders(headers) }, () => {});
    } catch {
      // The connection is gone, and `lost` says so.
    }
    if (this.state === 'over') this.timer.cancel();
  }

  private fail(error: KozpontError): void {
    if (this.state === 'over') return;
    this.finish();
    this.events.failed(error);
  }

  private finish(): void {
    this.state = 'over';
    this.timer.cancel();
    this.surroundings.forget(this);
  }
}
