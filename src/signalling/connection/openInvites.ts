/**
 * INVITEs without a final response, as the loss of the connection leaves them: drachtio-server lets the caller wait and
 * the phone ring for ever. It knows its transactions by their ids, over whichever connection they come, so that a word
 * about each is said as soon as there is one again.
 */
import type { Responder } from '../drachtio/responder.ts';
import type { SrfRequest } from '../drachtio/srf.ts';

/** What is to be said about a transaction of the server's. */
export interface LastWord {
  readonly transaction: string;
  readonly message: string;
}

const refusal = 'SIP/2.0 503 Service Unavailable\r\nRetry-After: 5\r\n\r\n';
const cancel = 'CANCEL sip:placeholder SIP/2.0\r\n\r\n';

export class OpenInvites {
  /** Transactions of INVITEs to us. */
  private readonly theirs = new Set<string>();
  private forsaken: LastWord[] = [];

  /** An INVITE to us; the responder that it gives is to be used. */
  came(request: SrfRequest, respond: Responder): Responder {
    const { stackTxnId } = request;
    this.theirs.add(stackTxnId);
    // The server has answered it by itself.
    request.on('cancel', () => this.theirs.delete(stackTxnId));
    return (status, parts, sent) => {
      if (status >= 200) this.theirs.delete(stackTxnId);
      respond(status, parts, sent);
    };
  }

  /** The connection is lost; `ours`: transactions of INVITEs of ours that nobody has answered. */
  lost(ours: readonly string[]): void {
    this.forsaken.push(
      ...[...this.theirs].map(transaction => ({ transaction, message: refusal })),
      ...ours.map(transaction => ({ transaction, message: cancel })),
    );
    this.theirs.clear();
  }

  /** Once for each; a server that has been started anew knows none of them, and says so. */
  lastWords(): readonly LastWord[] {
    const { forsaken } = this;
    this.forsaken = [];
    return forsaken;
  }
}
