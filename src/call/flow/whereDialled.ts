import { couldBecome, numberMatches } from '../../dialplan/numberMatch.ts';
import type { Dialplan, Route } from '../../dialplan/plan.ts';
import type { Origin } from '../call.ts';

/**
 * Where a dialled number leads. A trunk brings numbers of ours and nothing else; our own extensions reach each other,
 * the internal numbers, and every number of ours. The most telling rule comes first; one for a `trunk` counts for its
 * calls alone.
 */
export function whereDialled(
  plan: Dialplan,
  dialled: string,
  origin: Origin['kind'],
  trunk?: string,
): Route | undefined {
  if (origin === 'extension') {
    const extension = Object.hasOwn(plan.extensions, dialled) ? plan.extensions[dialled] : undefined;
    if (extension !== undefined) return { to: { kind: 'extension', name: dialled }, at: extension.at };
    if (Object.hasOwn(plan.internalNumbers, dialled)) return plan.internalNumbers[dialled];
  }
  return plan.numbers.find(
    rule => (rule.trunk === undefined || rule.trunk === trunk) && numberMatches(rule.match, dialled),
  )?.route;
}

/** No number that is dialled is longer (RFC 3966 has no bound, ITU-T E.164 fifteen digits). */
const longest = 32;

/** Whether an extension that has dialled these digits may dial more of them, so that a further one is waited for. */
export function couldGoOn(plan: Dialplan, digits: string): boolean {
  if (digits.length >= longest) return false;
  const longer = (number: string): boolean => number.length > digits.length && number.startsWith(digits);
  return (
    Object.keys(plan.extensions).some(longer) ||
    Object.keys(plan.internalNumbers).some(longer) ||
    plan.numbers.some(({ match, trunk }) => trunk === undefined && couldBecome(match, digits))
  );
}
