import { randomInt } from 'node:crypto';
import { refreshed } from '../../embedded/sip/dialogs/dialog.ts';
import { ackWithin, requestWithin } from '../../embedded/sip/dialogs/requests.ts';
import type { SipRequest, SipResponse } from '../../sip/message.ts';
import type { Outcome } from '../requests.ts';
import { ownHeaders, type PhoneSurroundings } from '../surroundings.ts';
import type { PhoneCall } from './call.ts';

export interface ReinviteContent {
  /** Our offer; undefined: the far end makes one, and `answer` answers it in the ACK. */
  readonly offer: string | undefined;
  answer?(offer: string): string;
  /** Takes the far end's answer. */
  accept?(answer: string): void;
}

const mostGlares = 5;

/** A re-INVITE, again after a while where it met one of the far end (491; RFC 3261, §14.1). */
export async function reinvite(call: PhoneCall, content: ReinviteContent): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    call.reinviting = true;
    const outcome = await once(call, content);
    call.reinviting = false;
    if (outcome.status !== 491 || attempt === mostGlares) return outcome;
    await afterGlare(call.phone, call.direction === 'outgoing');
    if (call.state.kind !== 'talking') return outcome;
  }
}

/** Whoever made the Call-ID waits from 2.1 to 4 s, the other one up to 2 s, in steps of 10 ms. */
const afterGlare = (phone: PhoneSurroundings, ours: boolean): Promise<void> =>
  new Promise(resolve => phone.clock.after(10 * (ours ? randomInt(210, 401) : randomInt(0, 201)), resolve));

function once(call: PhoneCall, content: ReinviteContent): Promise<Outcome> {
  const { stack } = call.phone;
  const { offer } = content;
  const { dialog, request, target } = requestWithin(call.dialog, 'INVITE', {
    headers: ownHeaders(call.phone),
    ...(offer === undefined ? {} : { body: offer, contentType: 'application/sdp' }),
  });
  call.keep(dialog);
  return new Promise(resolve => {
    let ack: { readonly request: SipRequest; readonly target: string } | undefined;
    const accepted = (response: SipResponse): void => {
      if (ack === undefined) {
        if (call.state.kind === 'talking') call.keep(refreshed(call.dialog, response));
        ack = ackWithin(call.state.kind === 'talking' ? call.dialog : dialog, request, settle(content, response));
      }
      stack.send(ack.request, { target: ack.target }).catch(() => {});
      resolve({ status: response.status, text: response.reason, response });
    };
    stack.request(
      request,
      {
        response: response => {
          if (response.status < 200) return;
          if (response.status < 300) accepted(response);
          else resolve({ status: response.status, text: response.reason, response });
        },
        failed: ({ status, error }) => resolve({ status, text: error.message, response: undefined }),
      },
      { target },
    );
  });
}

/** Takes their description; gives what the ACK is to carry. */
function settle({ offer, answer, accept }: ReinviteContent, response: SipResponse) {
  const description = response.body.toString();
  if (offer !== undefined) {
    accept?.(description);
    return {};
  }
  const body = answer?.(description);
  return body === undefined ? {} : { body, contentType: 'application/sdp' };
}
