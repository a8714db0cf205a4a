/** A request of the far end within one of our dialogs (RFC 3261, §12.2.2): it goes to the dialog's application. */
import { randomInt } from 'node:crypto';
import { field } from '../../../sip/grammar/headers.ts';
import type { HeaderField, SipResponse } from '../../../sip/message.ts';
import type { Dialog } from '../../sip/dialogs/dialog.ts';
import { orderOf } from '../../sip/dialogs/order.ts';
import { responseTo } from '../../sip/responseTo.ts';
import type { ServerTransaction } from '../../sip/stack.ts';
import type { Core } from '../core/core.ts';
import type { AppDialog } from '../dialogs/appDialog.ts';
import { endsSubscription } from '../dialogs/endsSubscription.ts';
import { expireWith } from '../dialogs/expiry.ts';
import { followFlow, followRequest } from '../dialogs/follow.ts';
import { encodeReceived } from '../messages/encode.ts';
import { type AppResponse, appHeader } from '../protocol/appMessage.ts';
import { messageFrame } from '../protocol/outgoing.ts';
import { answerInterval, isTooShort, type SessionAnswer, smallestInterval } from '../sessionTimer/negotiation.ts';
import { IncomingInvite } from './incomingInvite.ts';
import { PlainRequest } from './plainRequest.ts';

const refuse = (transaction: ServerTransaction, status: number, headers: readonly HeaderField[] = []): void => {
  transaction.respond(responseTo(transaction.request, status, { headers }));
};

/** RFC 3261, §14.2: the far end tries again some time within ten seconds. */
const later = (): readonly HeaderField[] => [field('Retry-After', String(randomInt(0, 11)))];

const minSe: readonly HeaderField[] = [field('Min-SE', String(smallestInterval))];

/** RFC 5057, §5: where they are accepted, the far end is where their Contact says, or where they came from. */
const refreshesTarget = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

export const requestInside = (core: Core, transaction: ServerTransaction, dialog: AppDialog, sip: Dialog): void => {
  const order = orderOf(sip, transaction.request);
  if (order.kind === 'outOfOrder') {
    refuse(transaction, 500);
    return;
  }
  core.dialogs.put(dialog, order.dialog);
  if (!refreshesTarget.has(transaction.request.method)) {
    followFlow(core, dialog, transaction.request, transaction.source);
  }
  switch (transaction.request.method) {
    case 'BYE':
      bye(core, transaction, dialog);
      return;
    case 'INVITE':
      invite(core, transaction, dialog);
      return;
    case 'UPDATE':
      update(core, transaction, dialog);
      return;
    case 'PRACK':
      prack(core, transaction, dialog);
      return;
    default:
      other(core, transaction, dialog);
  }
};

interface Delivery {
  readonly contact?: boolean;
  readonly fields?: (response: AppResponse) => readonly HeaderField[];
  readonly answered?: (response: SipResponse) => void;
  readonly ended?: () => void;
}

/** False: the application has gone, and the request was refused (as drachtio-server does). */
const deliver = (core: Core, transaction: ServerTransaction, dialog: AppDialog, delivery: Delivery = {}): boolean => {
  const { owner: application, id: dialogId } = dialog;
  if (!application.connected) {
    refuse(transaction, 481);
    return false;
  }
  const { contact = false, ...rest } = delivery;
  const incoming = new PlainRequest(core, {
    application,
    transaction,
    dialogId: () => dialogId,
    contact,
    proxiable: false,
    ...rest,
  });
  const { bytes, meta } = encodeReceived(transaction.request, transaction.source);
  application.send(messageFrame(meta, incoming.transactionId, dialogId, bytes));
  return true;
};

/**
 * The dialog is over with the BYE, whatever is answered to it. What was under way in it is ended as well: a CANCEL of
 * what we asked, a 487 to what they asked (§15.1.2).
 */
const bye = (core: Core, transaction: ServerTransaction, dialog: AppDialog): void => {
  const early = dialog.state === 'early';
  const { incomingInvite, outgoingInvite } = dialog;
  if (early && outgoingInvite !== undefined) {
    // The callee hangs up before we have seen its 2xx: the INVITE has yet to end, and the application with it.
    transaction.respond(responseTo(transaction.request, 200));
    outgoingInvite.withdraw();
    return;
  }
  core.dialogs.remove(dialog);
  incomingInvite?.hungUp();
  outgoingInvite?.withdraw();
  if (early) transaction.respond(responseTo(transaction.request, 200));
  else deliver(core, transaction, dialog);
  core.records.post({ kind: 'stop', reason: 'normal-release' }, () =>
    encodeReceived(transaction.request, transaction.source),
  );
};

/** RFC 3262, §3. */
const prack = (core: Core, transaction: ServerTransaction, dialog: AppDialog): void => {
  const tell = (): void => void deliver(core, transaction, dialog);
  const known = dialog.incomingInvite?.acknowledgeProvisional(transaction.request, tell) === true;
  if (!known) refuse(transaction, 481);
};

/** RFC 3261, §14.2; while our 2xx has no ACK yet, RFC 5407, §3.2. */
const invite = (core: Core, transaction: ServerTransaction, dialog: AppDialog): void => {
  const { owner: application, incomingInvite, outgoingInvite } = dialog;
  if (incomingInvite?.unanswered === true) refuse(transaction, 500, later());
  else if (outgoingInvite !== undefined || incomingInvite !== undefined) refuse(transaction, 491);
  else if (isTooShort(transaction.request)) refuse(transaction, 422, minSe);
  else if (!application.connected) refuse(transaction, 481);
  else {
    const incoming = new IncomingInvite(core, { application, transaction, dialog });
    const { bytes, meta } = encodeReceived(transaction.request, transaction.source);
    application.send(messageFrame(meta, incoming.transactionId, dialog.id, bytes));
  }
};

/**
 * RFC 3311, §5.2. While the dialog is early the application is shown every offer: drachtio-srf answers them by its own
 * rules.
 */
const update = (core: Core, transaction: ServerTransaction, dialog: AppDialog): void => {
  const { request } = transaction;
  const offers = request.body.length > 0;
  const confirmed = dialog.state === 'confirmed';
  if (dialog.incomingUpdate) {
    refuse(transaction, 500, later());
    return;
  }
  if (confirmed && offers && (dialog.outgoingOffer || dialog.outgoingInvite?.unanswered === true)) {
    refuse(transaction, 491);
    return;
  }
  if (confirmed && offers && dialog.incomingInvite?.unanswered === true) {
    refuse(transaction, 500, later());
    return;
  }
  if (isTooShort(request)) {
    refuse(transaction, 422, minSe);
    return;
  }
  let session: SessionAnswer | undefined;
  dialog.incomingUpdate = deliver(core, transaction, dialog, {
    contact: true,
    fields: response => {
      if (!confirmed || response.status >= 300) return [];
      const { interval } = dialog.sessionTimer;
      session = answerInterval(request, appHeader(response, 'Session-Expires'), interval);
      return session?.fields ?? [];
    },
    ended: () => {
      dialog.incomingUpdate = false;
    },
    answered: response => {
      dialog.incomingUpdate = false;
      if (response.status >= 300) return;
      followRequest(core, dialog, request, transaction.source);
      dialog.rememberSdp(response);
      if (session !== undefined) dialog.sessionTimer.start(session.interval);
      else if (confirmed) dialog.sessionTimer.stop();
    },
  });
};

const other = (core: Core, transaction: ServerTransaction, dialog: AppDialog): void => {
  const { request } = transaction;
  deliver(core, transaction, dialog, {
    contact: request.method === 'SUBSCRIBE' || request.method === 'REFER',
    answered: response => {
      if (!refreshesTarget.has(request.method) || response.status >= 300) return;
      followRequest(core, dialog, request, transaction.source);
      if (request.method === 'SUBSCRIBE') expireWith(core, dialog, response);
    },
  });
  if (dialog.kind === 'subscribe' && endsSubscription(request)) core.dialogs.remove(dialog);
};
