/**
 * A SUBSCRIBE of ours that starts a dialog (RFC 6665, §4.1.2). The first NOTIFY may overtake the 2xx: it waits for it
 * (`EarlyNotifies`), so that the application has its dialog by then.
 */

import { header } from '../../../sip/grammar/headers.ts';
import type { SipRequest, SipResponse } from '../../../sip/message.ts';
import { dialogOfResponse } from '../../sip/dialogs/dialog.ts';
import type { RequestOptions, Source } from '../../sip/stack.ts';
import type { Asker, Core } from '../core/core.ts';
import { AppDialog } from '../dialogs/appDialog.ts';
import { expireWith } from '../dialogs/expiry.ts';
import { natHopOfResponse } from '../dialogs/natHop.ts';
import { noSession } from '../sessionTimer/sessionEvents.ts';
import { SentRequest } from './sentRequest.ts';

export interface SubscribeOptions extends RequestOptions {
  readonly asker: Asker;
  readonly request: SipRequest;
  readonly dialogId: string;
}

export const subscribe = (core: Core, options: SubscribeOptions): void => {
  const { asker, request, dialogId, target, finish } = options;
  let sent = request;
  const established = (response: SipResponse, source: Source): boolean => {
    const sip = dialogOfResponse(sent, response);
    if (sip === undefined) return false;
    const dialog = new AppDialog({
      id: dialogId,
      kind: 'subscribe',
      owner: asker.application,
      hop: source,
      clock: core.clock,
      session: noSession,
    });
    dialog.contact = header(sent, 'Contact');
    dialog.natHop = natHopOfResponse(response, source);
    core.dialogs.confirm(dialog, sip);
    expireWith(core, dialog, response);
    return true;
  };
  const waiting = core.earlyNotifies.expect(request);
  new SentRequest(core, {
    asker,
    request,
    dialogId: () => dialogId,
    ...(target === undefined ? {} : { target }),
    finish: (message, local, hop) => {
      sent = finish?.(message, local, hop) ?? message;
      return sent;
    },
    final: (status, response, source) => {
      const accepted = status < 300 && response !== undefined && source !== undefined;
      if (!accepted || !established(response, source)) core.dialogs.release(dialogId);
    },
    told: () => waiting.release(),
  });
};
