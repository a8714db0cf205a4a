import type { Result } from '../../../base/result.ts';
import type { SipMessage } from '../message.ts';
import type { SipParseError } from './fault.ts';
import type { ParseLimits } from './limits.ts';

export interface ParseOptions {
  /**
   * How the bytes came. In a datagram, bytes beyond Content-Length are discarded, and without the header field the body
   * goes on to the end; in a stream it is required (RFC 3261, §18.3). Default: datagram.
   */
  readonly carriedBy?: 'datagram' | 'stream';
  readonly limits?: ParseLimits;
}

/** One message (RFC 3261, §7), structure only: what its header fields say is looked at by `judge` and the parsers of `fields/`. */
export declare function parseMessage(bytes: Buffer, options?: ParseOptions): Result<SipMessage, SipParseError>;
