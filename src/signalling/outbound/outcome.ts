/** Why a call to a phone failed, in the words of call control. */
import { assertNever } from '../../base/assertNever.ts';
import type { FailureReason } from '../../dialplan/plan.ts';

/** `rang`: a 180 or 183 came before. */
export const failureOf = (status: number, rang: boolean): FailureReason => {
  switch (status) {
    case 486:
    case 600:
      return 'busy';
    // RFC 8197, RFC 8688: the user, or somebody for them, does not want the call. Phones say 403 and 433, too.
    case 403:
    case 433:
    case 603:
    case 607:
    case 608:
      return 'declined';
    // The phone, or the proxy before it, gave up: whether anybody could have heard it tells the two apart.
    case 408:
    case 480:
    case 487:
      return rang ? 'noAnswer' : 'unreachable';
    default:
      return 'unreachable';
  }
};

/** A 6xx speaks for the user, wherever they are (RFC 3261, §16.7, step 5). */
export const isGlobal = (status: number): boolean => status >= 600;

/** The higher, the more it says about the user: what somebody did comes before what a network did. */
export const weight = (reason: FailureReason): number => {
  switch (reason) {
    case 'busy':
      return 3;
    case 'declined':
      return 2;
    case 'noAnswer':
      return 1;
    case 'unreachable':
      return 0;
    default:
      return assertNever(reason);
  }
};
