import { refreshed } from '../../embedded/sip/dialogs/dialog.ts';
import { orderOf } from '../../embedded/sip/dialogs/order.ts';
import { responseTo } from '../../embedded/sip/responseTo.ts';
import type { ServerTransaction } from '../../embedded/sip/stack.ts';
import { header } from '../../sip/grammar/headers.ts';
import type { SipRequest } from '../../sip/message.ts';
import { ownHeaders } from '../surroundings.ts';
import { AskedTransfer } from '../verbs/transfer.ts';
import type { PhoneCall } from './call.ts';

/** A request of the far end within the dialog of a call (RFC 3261, §12.2.2). */
export function received(call: PhoneCall, transaction: ServerTransaction): void {
  const { request } = transaction;
  const answer = (status: number): void => void transaction.respond(responseTo(request, status));
  call.received.push(request);
  if (call.state.kind === 'talking') {
    const order = orderOf(call.state.dialog, request);
    if (order.kind === 'outOfOrder') return answer(500);
    call.keep(order.dialog);
  }
  // The subscription of a REFER may outlive the call (RFC 5057).
  if (request.method === 'NOTIFY') return notified(call, request, answer);
  if (call.state.kind !== 'talking') return answer(481);
  switch (request.method) {
    case 'BYE':
      answer(200);
      call.become({
        kind: 'ended',
        end: { by: 'them', status: undefined, text: 'hung up', reason: header(request, 'Reason') },
      });
      return;
    case 'INVITE':
    case 'UPDATE':
      return renegotiated(call, transaction);
    case 'INFO':
      call.digits += digitOf(request) ?? '';
      answer(200);
      call.phone.waits.changed();
      return;
    case 'OPTIONS':
      return answer(200);
    case 'REFER':
      return answer(603);
    default:
      return answer(405);
  }
}

/** The ACK of a 2xx of ours: it answers where the 2xx offered. */
export function acknowledged(call: PhoneCall, ack: SipRequest): void {
  call.received.push(ack);
  if (call.awaitsAnswer && ack.body.length > 0) {
    call.awaitsAnswer = false;
    call.media?.accept(ack.body.toString());
  }
  call.phone.waits.changed();
}

function renegotiated(call: PhoneCall, transaction: ServerTransaction): void {
  const { phone, media, refusesReinvites } = call;
  const { request } = transaction;
  if (media === undefined) return void transaction.respond(responseTo(request, 488));
  if (refusesReinvites !== undefined) return void transaction.respond(responseTo(request, refusesReinvites));
  if (call.reinviting) return void transaction.respond(responseTo(request, 491));
  const invite = request.method === 'INVITE';
  let body: string | undefined;
  try {
    if (request.body.length > 0) body = media.answer(request.body.toString());
    else if (invite) body = media.offer();
  } catch {
    transaction.respond(responseTo(request, 488));
    return;
  }
  call.awaitsAnswer = invite && request.body.length === 0;
  call.keep(refreshed(call.dialog, request));
  const response = responseTo(request, 200, {
    headers: ownHeaders(phone),
    ...(body === undefined ? {} : { body, contentType: 'application/sdp' }),
  });
  if (invite) {
    phone.accepted.accept(transaction, response, { acknowledged: () => {}, unacknowledged: () => void call.hangUp() });
  } else transaction.respond(response);
  call.learn(request);
}

function notified(call: PhoneCall, request: SipRequest, answer: (status: number) => void): void {
  const transfer = call.transfers.find(one => one instanceof AskedTransfer && !one.over);
  if (!(transfer instanceof AskedTransfer)) return answer(481);
  answer(200);
  const [statusLine = ''] = request.body.toString().split('\r\n');
  transfer.notify(statusLine, /^terminated/i.test(header(request, 'Subscription-State') ?? ''));
}

function digitOf(request: SipRequest): string | undefined {
  const body = request.body.toString();
  return /^Signal\s*=\s*([0-9*#A-D])/im.exec(body)?.[1] ?? /^[0-9*#A-D]$/.exec(body.trim())?.[0];
}
