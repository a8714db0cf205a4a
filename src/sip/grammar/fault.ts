import type { SipRequest } from '../message.ts';

/** Why bytes are no SIP message. Stable: logs and metrics count by it. */
export type SipParseReason =
  | 'messageTooLarge'
  | 'startLineTooLong'
  | 'headerTooLong'
  | 'tooManyHeaders'
  | 'emptyMessage'
  | 'notSip'
  | 'badVersion'
  | 'badRequestLine'
  | 'badStatusLine'
  | 'badHeaderField'
  | 'forbiddenCharacter'
  | 'unfinishedHeaders'
  | 'missingContentLength'
  | 'repeatedContentLength'
  | 'badContentLength'
  | 'truncatedBody';

/** Bytes that are no SIP message: a value, because strangers send such things all day. */
export interface SipParseError {
  readonly reason: SipParseReason;
  /** The same in words, for the log: ours throughout, it quotes nothing of the message. */
  readonly detail: string;
  /** Bytes from the start of what was parsed. */
  readonly offset: number;
  /** Counts from 1. */
  readonly line: number;
  /** Bytes, from 1. */
  readonly column: number;
  /** How to answer. Absent: drop it (a response, an ACK, a request that says nowhere to send an answer to). */
  readonly answer?: FaultAnswer;
}

/** What a request that is wrong gets: enough to build and send the response as to any other (RFC 3261, §8.2.6). */
export interface FaultAnswer {
  readonly status: number;
  readonly reason: string;
  /**
   * What could be read of the request, without its body. Its topmost Via can be parsed (what was wrong in it is left
   * out); From, To, Call-ID and CSeq are there once at most, as they came: RFC 4475, §3.3.1 wants an answer without them.
   */
  readonly request: SipRequest;
}

/** Why a header field's value, or a URI, does not follow the grammar. */
export interface FieldFault {
  /** What is wrong, in words of ours. */
  readonly detail: string;
  /** Characters from the start of the text. */
  readonly at: number;
}
