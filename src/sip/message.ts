/** A SIP message (RFC 3261, §7): plain data. Header fields keep their order and their text; typed views are made on demand. */
export interface HeaderField {
  /** The canonical long form: `Via`, `Call-ID`, `CSeq`; unknown ones as they came. */
  readonly name: string;
  /** Unfolded and trimmed, otherwise as it came. One comma-separated element each, for the headers that are lists. */
  readonly value: string;
}

interface MessageBase {
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
}

export interface SipRequest extends MessageBase {
  readonly kind: 'request';
  readonly method: string;
  /** As it came; `parseUri` gives its parts. */
  readonly uri: string;
}

export interface SipResponse extends MessageBase {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
}

export type SipMessage = SipRequest | SipResponse;
