import { header } from '../../../sip/grammar/headers.ts';
import type { SipRequest } from '../../../sip/message.ts';

/** The NOTIFY that ends a subscription (RFC 6665, §4.4.1), and with it the dialog that the subscription made. */
export const endsSubscription = (request: SipRequest): boolean => {
  if (request.method !== 'NOTIFY') return false;
  const state = header(request, 'Subscription-State') ?? '';
  const event = header(request, 'Event') ?? '';
  return /^\s*terminated\b/i.test(state) && !/^\s*refer\b/i.test(event);
};
