import type { RecallReason } from './call.ts';
import type { Refusal } from './turn.ts';

/** The SIP status (RFC 3261, §21) and the words for a failure, for NOTIFY, Reason and refusals. */
const failures: Readonly<Record<RecallReason, Refusal & { readonly words: string }>> = {
  busy: { status: 486, text: 'Busy Here', words: 'busy' },
  noAnswer: { status: 408, text: 'Request Timeout', words: 'no answer' },
  declined: { status: 603, text: 'Decline', words: 'declined' },
  unreachable: { status: 480, text: 'Temporarily Unavailable', words: 'unreachable' },
  held: { status: 480, text: 'Temporarily Unavailable', words: 'left on hold' },
};

export const statusOf = (reason: RecallReason): Refusal => failures[reason];
export const wordsOf = (reason: RecallReason): string => failures[reason].words;
