import { headers } from '../../../sip/grammar/headers.ts';
import type { SipMessage } from '../../../sip/message.ts';

/** The sender's Allow names UPDATE (RFC 3311, §4). */
export const takesUpdate = (message: SipMessage): boolean =>
  headers(message, 'Allow').some(value => value.toUpperCase().includes('UPDATE'));
