import type { SipMessage } from '../message.ts';

/**
 * The bytes of a message. Content-Length always says what the body has: it is corrected, or added as the last header field.
 * Throws `INVALID_SIP` where a start line or header field could not be read back (line ends, NUL, a name that is no token).
 */
export declare function serializeMessage(message: SipMessage): Buffer;
