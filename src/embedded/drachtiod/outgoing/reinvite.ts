/**
 * An INVITE within a dialog (RFC 3261, §14.1): one fork, and the dialog's route whatever the answer says. Each repeated
 * 2xx gets the ACK again.
 */

import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import type { Dialog } from '../../sip/dialogs/dialog.ts';
import { ackWithin, type RequestContent } from '../../sip/dialogs/requests.ts';
import type { ClientFailure, ClientTransaction, Hop, Source } from '../../sip/stack.ts';
import type { Core } from '../core/core.ts';
import type { AppDialog } from '../dialogs/appDialog.ts';
import { type Way, wayTo } from '../dialogs/natHop.ts';

export interface ReinviteHandlers {
  sent?(request: SipRequest, hop: Hop): void;
  /** Provisional ones (100 left out), then one final one; a 2xx is to be acknowledged. */
  response(response: SipResponse, source: Source): void;
  failed(failure: ClientFailure): void;
}

export class Reinvite {
  readonly transaction: ClientTransaction;
  private final = false;
  private ack: { readonly request: SipRequest; readonly way: Way } | undefined;

  constructor(
    private readonly core: Core,
    request: SipRequest,
    way: Way,
    private readonly handlers: ReinviteHandlers,
  ) {
    this.transaction = core.stack.request(
      request,
      {
        sent: (sent, hop) => handlers.sent?.(sent, hop),
        response: (response, source) => this.response(response, source),
        failed: failure => handlers.failed(failure),
      },
      way,
    );
  }

  /** The ACK of the 2xx, as sent; `dialog` as the 2xx has refreshed it. A second one replaces nothing. */
  acknowledge(
    dialog: Dialog,
    { natHop, hop }: Pick<AppDialog, 'natHop' | 'hop'>,
    content?: RequestContent,
  ): SipRequest {
    if (this.ack === undefined) {
      const { request, target } = ackWithin(dialog, this.transaction.request, content);
      this.ack = { request, way: wayTo(target, natHop, hop) };
      this.sendAck();
    }
    return this.ack.request;
  }

  private response(response: SipResponse, source: Source): void {
    if (response.status === 100) return;
    if (this.final) {
      if (this.ack !== undefined) this.sendAck();
      return;
    }
    this.final = response.status >= 200;
    this.handlers.response(response, source);
  }

  private sendAck(): void {
    if (this.ack === undefined) return;
    const { request, way } = this.ack;
    this.core.stack.send(request, way).catch(error => this.core.log.info({ err: error }, 'an ACK could not be sent'));
  }
}
