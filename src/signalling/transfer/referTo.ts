/** Whom a REFER is for (RFC 3515, §2.1; RFC 3891, §6.1, for the Replaces in its URI). */
import { withoutCountry } from '../../base/numbers/oneForm.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { param, parseReferTo, parseReplaces, type Replaces, type SipUri, unescapeUri } from '../text/grammar.ts';
import { elementsOf } from '../text/list.ts';
import { numberOf } from '../text/user.ts';

export interface ReferTarget {
  /** The user part, decoded; empty where there is none. */
  readonly user: string;
  readonly replaces: Replaces | undefined;
}

export interface Refused {
  readonly status: number;
  readonly text: string;
}

const badRequest: Refused = { status: 400, text: 'Bad Refer-To' };

export const readReferTo = (value: string | undefined): Result<ReferTarget, Refused> => {
  // Exactly one (RFC 3515, §2.4.1).
  if (value === undefined || elementsOf(value).length !== 1) return fail(badRequest);
  const parsed = parseReferTo(value);
  if (!parsed.ok) return fail(badRequest);
  const { uri } = parsed.value;
  switch (uri.kind) {
    case 'tel':
      return ok({ user: numberOf(uri, withoutCountry), replaces: undefined });
    case 'sip':
      return readSipTarget(uri);
    default:
      return fail({ status: 416, text: 'Unsupported URI Scheme' });
  }
};

const readSipTarget = (uri: SipUri): Result<ReferTarget, Refused> => {
  const method = param(uri.params, 'method') ?? 'INVITE';
  if (method.toUpperCase() !== 'INVITE') return fail({ status: 403, text: 'Only INVITE Can Be Referred' });
  const named = uri.headers.filter(one => one.name.toLowerCase() === 'replaces');
  if (named.length > 1) return fail(badRequest);
  // Whatever other header fields it wants in the INVITE: we send none that a stranger wrote.
  const replaces = named[0] === undefined ? undefined : parseReplaces(unescapeUri(named[0].value ?? ''));
  if (replaces !== undefined && !replaces.ok) return fail({ status: 400, text: 'Bad Replaces' });
  return ok({ user: numberOf(uri, withoutCountry), replaces: replaces?.value });
};
