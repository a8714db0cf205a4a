import { dialogOfRequest } from '../../embedded/sip/dialogs/dialog.ts';
import { responseTo } from '../../embedded/sip/responseTo.ts';
import type { PhoneCall } from '../calls/call.ts';
import { ownHeaders } from '../surroundings.ts';
import { hangUp } from './hangUp.ts';

/** 200, with an answer to their offer, or an offer of ours where there was none (RFC 3264; RFC 3261, §13.3.1.4). */
export async function answer(call: PhoneCall): Promise<void> {
  const { phone, state } = call;
  if (state.kind !== 'offered') return;
  const media = await phone.openMedia(call.ear, digit => {
    call.digits += digit;
    phone.waits.changed();
  });
  // Somebody may have cancelled, or hung up, meanwhile.
  if (call.state !== state) {
    media.close();
    return;
  }
  call.media = media;
  const { transaction, tag } = state;
  const { request } = transaction;
  let body: string;
  try {
    call.awaitsAnswer = request.body.length === 0;
    body = call.awaitsAnswer ? media.offer() : media.answer(request.body.toString());
  } catch {
    transaction.respond(responseTo(request, 488, { toTag: tag }));
    call.become({ kind: 'ended', end: { by: 'us', status: 488, text: 'no usable description', reason: undefined } });
    return;
  }
  const response = responseTo(request, 200, {
    toTag: tag,
    headers: ownHeaders(phone),
    body,
    contentType: 'application/sdp',
  });
  const dialog = dialogOfRequest(request, response);
  const sent =
    dialog !== undefined &&
    phone.accepted.accept(transaction, response, {
      acknowledged: () => phone.waits.changed(),
      unacknowledged: () => void hangUp(call),
    });
  if (sent) call.become({ kind: 'talking', dialog });
  else call.become({ kind: 'ended', end: { by: 'network', status: 408, text: 'not answered', reason: undefined } });
}
