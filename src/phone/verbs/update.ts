import type { PhoneCall } from '../calls/call.ts';
import { sendInside } from '../calls/inside.ts';
import type { Outcome } from '../requests.ts';

/** UPDATE with a new offer (RFC 3311), which changes nothing of what is agreed on. */
export async function update(call: PhoneCall): Promise<Outcome> {
  const { media } = call;
  if (media === undefined) throw new Error('a call without media cannot be negotiated anew');
  const outcome = await sendInside(call, 'UPDATE', { body: media.offer(), contentType: 'application/sdp' });
  if (outcome.status < 300 && outcome.response !== undefined) media.accept(outcome.response.body.toString());
  return outcome;
}
