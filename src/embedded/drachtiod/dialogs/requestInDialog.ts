/** The next request of a dialog, which then has one more sequence number behind it. */

import type { SipRequest } from '../../../sip/message.ts';
import type { Dialog } from '../../sip/dialogs/dialog.ts';
import { type RequestContent, requestWithin } from '../../sip/dialogs/requests.ts';
import type { Core } from '../core/core.ts';
import type { AppDialog } from './appDialog.ts';
import { type Way, wayTo } from './natHop.ts';

export interface InDialogRequest {
  readonly request: SipRequest;
  readonly way: Way;
}

export const requestInDialog = (
  core: Core,
  dialog: AppDialog,
  sip: Dialog,
  method: string,
  content: RequestContent,
): InDialogRequest => {
  const made = requestWithin(sip, method, content);
  core.dialogs.put(dialog, made.dialog);
  return {
    request: made.request,
    way: wayTo(made.target, dialog.natHop, dialog.hop),
  };
};
