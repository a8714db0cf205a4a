import { assertNever } from '../base/assertNever.ts';
import type { FailureReason, Unanswered } from '../dialplan/plan.ts';
import type { RecallReason } from './call.ts';
import type { Refusal } from './turn.ts';

/** The SIP status (RFC 3261, section 21.4) and the words for a failure, for NOTIFY, Reason and refusals. */
const failures: Readonly<Record<RecallReason, Refusal & { readonly words: string }>> = {
  busy: { status: 486, text: 'Busy Here', words: 'busy' },
  noAnswer: { status: 408, text: 'Request Timeout', words: 'no answer' },
  declined: { status: 603, text: 'Decline', words: 'declined' },
  unavailable: { status: 480, text: 'Temporarily Unavailable', words: 'unavailable' },
  noSuchNumber: { status: 404, text: 'Not Found', words: 'no such number' },
  notAllowed: { status: 403, text: 'Forbidden', words: 'not allowed' },
  unreachable: { status: 480, text: 'Temporarily Unavailable', words: 'unreachable' },
  held: { status: 480, text: 'Temporarily Unavailable', words: 'left on hold' },
};

export const statusOf = (reason: RecallReason): Refusal => failures[reason];
export const wordsOf = (reason: RecallReason): string => failures[reason].words;

/** The reason of a dialplan whose way a call takes. */
export function routedAs(reason: Unanswered): FailureReason {
  switch (reason) {
    case 'busy':
    case 'noAnswer':
    case 'declined':
    case 'unreachable':
      return reason;
    case 'unavailable':
    case 'noSuchNumber':
      return 'unreachable';
    default:
      return assertNever(reason);
  }
}

/** A cancelled phone ends by itself where it was not waited for: it did not answer. */
export const unansweredBy = (reason: Unanswered | 'cancelled'): Unanswered =>
  reason === 'cancelled' ? 'noAnswer' : reason;
