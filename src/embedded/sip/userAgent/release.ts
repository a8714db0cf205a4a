import type { HeaderField } from '../../../sip/message.ts';
import { requestWithin } from '../dialogs/requests.ts';
import type { SipStack } from '../stack.ts';
import type { AcceptedAnswer } from './inviteClient.ts';

/**
 * ACK, then BYE: for a fork that accepted too late, and for a 200 that crossed our CANCEL (RFC 3261, §13.2.2.4, §15).
 * `headers`: a Reason. `ended` is called once, however the BYE ends.
 */
export function release(
  stack: SipStack,
  answer: AcceptedAnswer,
  headers: readonly HeaderField[] = [],
  ended?: () => void,
): void {
  answer.acknowledge();
  const { request } = requestWithin(answer.dialog, 'BYE', { headers });
  stack.request(request, { response: () => {}, failed: () => {}, ended: () => ended?.() }, answer.way);
}
