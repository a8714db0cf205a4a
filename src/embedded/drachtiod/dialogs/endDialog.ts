/** The server ends a dialog by itself: BYE to the far end, and to the application as if it had come from there. */

import { field } from '../../../sip/grammar/headers.ts';
import { serializeMessage } from '../../../sip/grammar/serializeMessage.ts';
import type { SipRequest } from '../../../sip/message.ts';
import { requestWithin } from '../../sip/dialogs/requests.ts';
import type { Core } from '../core/core.ts';
import type { MessageMeta } from '../protocol/meta.ts';
import { type CallRecord, messageFrame, unsolicited } from '../protocol/outgoing.ts';
import type { AppDialog } from './appDialog.ts';
import { wayTo } from './natHop.ts';

type StopReason = Extract<CallRecord, { kind: 'stop' }>['reason'];

/** `text`: why, in the words of drachtio-server, which drachtio-srf hands on as the reason of `destroy`. */
export const endDialog = (core: Core, dialog: AppDialog, text: string, stop: StopReason): void => {
  const { sip, natHop, hop } = dialog;
  core.dialogs.remove(dialog);
  if (sip === undefined) return;
  core.log.info({ dialog: dialog.id, reason: text }, 'the server ends a dialog');
  const { request, target } = requestWithin(sip, 'BYE', {
    headers: [field('Reason', `SIP ;cause=200 ;text="${text}"`)],
  });
  core.stack.request(
    request,
    {
      response: () => {},
      failed: failure => core.log.info({ dialog: dialog.id, err: failure.error }, 'a BYE of ours had no answer'),
    },
    wayTo(target, natHop, hop),
  );
  tell(core, dialog, request, stop);
};

/** An application is told of a BYE as if the far end had sent it; there is no other word for it in its protocol. */
export const tell = (core: Core, dialog: AppDialog, bye: SipRequest, stop: StopReason): void => {
  const bytes = serializeMessage(bye);
  const [listener] = core.stack.addresses;
  const meta: MessageMeta = {
    source: 'application',
    bytes: bytes.length,
    protocol: listener?.protocol ?? 'udp',
    address: listener?.address ?? '',
    port: listener?.port ?? 0,
    time: core.clock.now(),
  };
  if (dialog.owner.connected) dialog.owner.send(messageFrame(meta, unsolicited, dialog.id, bytes));
  core.records.post({ kind: 'stop', reason: stop }, () => ({ bytes, meta }));
};
