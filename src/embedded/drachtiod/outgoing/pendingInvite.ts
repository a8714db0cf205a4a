import type { SipRequest } from '../../../sip/message.ts';
import type { Dialog } from '../../sip/dialogs/dialog.ts';
import type { Application } from '../applications/connection.ts';
import type { AppRequest } from '../protocol/appMessage.ts';

/** An INVITE of ours, the first one of a dialog or a further one, until its 2xx is acknowledged. */
export interface PendingInvite {
  /** No final response has come. */
  readonly unanswered: boolean;
  /** The application's ACK of the 2xx. */
  acknowledge(application: Application, commandId: string, ack: AppRequest): void;
  /** The early dialog whose reliable provisional response has this number. */
  forkOf(rseq: number): Dialog | undefined;
  /** The INVITE as it was sent. */
  readonly request: SipRequest;
  /** The dialog ends: a CANCEL where there is no answer yet, an ACK where there is one. */
  withdraw(): void;
  /** The application has gone: nobody will acknowledge. */
  applicationLost(): void;
}
