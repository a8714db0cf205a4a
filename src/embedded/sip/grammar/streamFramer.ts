import type { SipParseError } from './fault.ts';
import type { ParseLimits } from './limits.ts';

/**
 * - `message`: the bytes of one whole message, for `parseMessage(bytes, { carriedBy: 'stream' })`. They stay valid.
 * - `ping`: the far end asks for a pong, which is one CRLF (RFC 5626, §3.5.1).
 * - `broken`: where the next message begins can no longer be told. `bytes` is what there is of the message at fault,
 *   `error.answer` what to say; the connection must then be closed. Always the last one.
 */
export type Frame =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  | { readonly kind: 'ping' }
  | { readonly kind: 'broken'; readonly error: SipParseError; readonly bytes: Buffer };

/** Cuts the bytes of one connection into messages by their Content-Length (RFC 3261, §18.3). Never throws; linear in the bytes. */
export declare class StreamFramer {
  constructor(limits?: ParseLimits);
  /** The frames that `chunk` completes, in their order. */
  feed(chunk: Buffer): readonly Frame[];
  /** Bytes held of a message that is not complete: 0 between messages. */
  get pending(): number;
  /** After `broken`: everything fed is discarded. */
  get broken(): boolean;
}
