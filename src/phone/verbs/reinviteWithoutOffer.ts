import type { PhoneCall } from '../calls/call.ts';
import { reinvite } from '../calls/reinvite.ts';
import type { Outcome } from '../requests.ts';

/** A re-INVITE without a description: the far end offers, and the ACK answers (RFC 3261, §14.1). */
export function reinviteWithoutOffer(call: PhoneCall): Promise<Outcome> {
  const { media } = call;
  if (media === undefined) throw new Error('a call without media cannot be negotiated anew');
  return reinvite(call, { offer: undefined, answer: offered => media.answer(offered) });
}
