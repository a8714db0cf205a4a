import { parseUri } from '../text/grammar.ts';
import { userOf } from '../text/user.ts';

/**
 * Whether credentials that were made for one URI serve a request to the other (RFC 7616, §3.4.6): whether both name the
 * same user, as RFC 3261, §19.1.4 has it, escapes resolved. What protects the caller is that nobody on the way can turn
 * them to another number. Host, port and parameters are not compared: a number is the same at every address of ours,
 * phones sign the address that they were given, and what stands between them and us changes the other one.
 */
export const sameTarget = (signed: string, requested: string): boolean => {
  if (signed === requested) return true;
  const [a, b] = [parseUri(signed), parseUri(requested)];
  if (!a.ok || !b.ok || a.value.kind === 'other' || b.value.kind === 'other') return false;
  return userOf(a.value) === userOf(b.value);
};
