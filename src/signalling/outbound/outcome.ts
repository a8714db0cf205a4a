/** Why a call to a phone failed, in the words of call control. */
import { assertNever } from '../../base/assertNever.ts';
import type { Duration } from '../../base/clock.ts';
import type { Unanswered } from '../../dialplan/plan.ts';

/** A 480 that comes later than this after the 180 says that nobody answered. Phones ring for ten seconds and more. */
const atOnce = 5_000;

export interface Circumstances {
  /** Since the first 180 or 183; undefined where none came. */
  readonly rangFor: Duration | undefined;
  /** The phone is a fixed contact of the dialplan, which may stand for a number elsewhere: no binding that has gone. */
  readonly fixed: boolean;
}

export const failureOf = (status: number, { rangFor, fixed }: Circumstances): Unanswered => {
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
    // RFC 3261, section 21.4.18: the phone was reached, and its user is not to be had.
    case 480:
      return rangFor === undefined || rangFor < atOnce ? 'unavailable' : 'noAnswer';
    // The phone, or the proxy before it, gave up: whether anybody could have heard it tells the two apart.
    case 408:
    case 487:
      return rangFor === undefined ? 'unreachable' : 'noAnswer';
    case 404:
    case 410:
    case 484:
      return fixed ? 'noSuchNumber' : 'unreachable';
    case 604:
      return 'noSuchNumber';
    default:
      return 'unreachable';
  }
};

/** A 6xx speaks for the user, wherever they are (RFC 3261, section 16.7, step 5). */
export const isGlobal = (status: number): boolean => status >= 600;

/** The higher, the more it says about the user: what somebody did comes before what a network did. */
export const weight = (reason: Unanswered): number => {
  switch (reason) {
    case 'busy':
      return 5;
    case 'declined':
      return 4;
    case 'noAnswer':
      return 3;
    case 'unavailable':
      return 2;
    case 'noSuchNumber':
      return 1;
    case 'unreachable':
      return 0;
    default:
      return assertNever(reason);
  }
};
