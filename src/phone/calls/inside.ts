import { type RequestContent, requestWithin } from '../../embedded/sip/dialogs/requests.ts';
import type { SipResponse } from '../../sip/message.ts';
import { mostAttempts, type Outcome, send } from '../requests.ts';
import { ownHeaders } from '../surroundings.ts';
import type { PhoneCall } from './call.ts';

/** A request of ours within the dialog of a call, with a Contact; not for INVITE. Challenges are answered. */
export async function sendInside(call: PhoneCall, method: string, content: RequestContent = {}): Promise<Outcome> {
  const { stack, identity } = call.phone;
  const headers = [...ownHeaders(call.phone), ...(content.headers ?? [])];
  let credentials: RequestContent['headers'] = [];
  for (let attempt = 1; ; attempt++) {
    const { dialog, request, target } = requestWithin(call.dialog, method, {
      ...content,
      headers: [...headers, ...credentials],
    });
    call.keep(dialog);
    const outcome = await send(stack, request, target);
    const challenged = outcome.status === 401 || outcome.status === 407;
    if (!challenged || attempt === mostAttempts || call.state.kind === 'ended') return outcome;
    const answer = identity.answer(request, outcome.response as SipResponse);
    if (answer === undefined) return outcome;
    credentials = [answer];
  }
}
