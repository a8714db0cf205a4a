import { assertNever } from '../../base/assertNever.ts';
import { randomId } from '../../base/ids.ts';
import { dialogOfRequest } from '../../embedded/sip/dialogs/dialog.ts';
import { responseTo } from '../../embedded/sip/responseTo.ts';
import type { ServerTransaction } from '../../embedded/sip/stack.ts';
import { field, header } from '../../sip/grammar/headers.ts';
import type { Policy } from '../options.ts';
import { ownHeaders, type PhoneSurroundings } from '../surroundings.ts';
import { refuse } from '../verbs/refuse.ts';
import { PhoneCall } from './call.ts';

/** A call that comes in, and what the phone does about it by itself. */
export function takeCall(
  phone: PhoneSurroundings,
  transaction: ServerTransaction,
  policy: Policy,
  ended: (call: PhoneCall) => void,
): PhoneCall {
  const tag = randomId();
  const call = new PhoneCall(
    phone,
    { direction: 'incoming', invite: transaction.request, ended },
    { kind: 'offered', transaction, tag, early: undefined },
  );
  transaction.observe({
    cancelled: cancel => {
      if (call.state.kind !== 'offered') return;
      transaction.respond(responseTo(transaction.request, 487, { toTag: tag }));
      const reason = header(cancel, 'Reason');
      call.become({ kind: 'ended', end: { by: 'them', status: 487, text: 'cancelled', reason } });
    },
  });
  const ring = (): void => {
    const response = responseTo(transaction.request, 180, { toTag: tag, headers: ownHeaders(phone) });
    transaction.respond(response);
    call.become({ kind: 'offered', transaction, tag, early: dialogOfRequest(transaction.request, response) });
  };
  const later = (after: number, act: () => void): void => {
    const timer = phone.clock.after(after, act);
    void call.ended().then(
      () => timer.cancel(),
      () => timer.cancel(),
    );
  };
  switch (policy.kind) {
    case 'ring':
      ring();
      break;
    case 'answer':
      ring();
      if (policy.after === 0) void call.answer();
      else later(policy.after, () => void call.answer());
      break;
    case 'refuse':
      if (policy.after === undefined) refuse(call, policy.status);
      else {
        ring();
        later(policy.after, () => refuse(call, policy.status));
      }
      break;
    case 'redirect':
      refuse(call, 302, [field('Contact', `<${phone.addressOf(policy.to)}>`)]);
      break;
    case 'ignore':
      break;
    default:
      assertNever(policy);
  }
  return call;
}
