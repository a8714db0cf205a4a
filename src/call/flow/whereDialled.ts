import { beginnings, meanings } from '../../dialplan/dialling.ts';
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
  const meant = origin === 'extension' ? meanings(plan.company, dialled) : [dialled];
  return plan.numbers.find(
    rule =>
      (rule.trunk === undefined || rule.trunk === trunk) && meant.some(number => numberMatches(rule.match, number)),
  )?.route;
}

/** No number that is dialled is longer (RFC 3966 has no bound, ITU-T E.164 fifteen digits). */
const longest = 32;

/** Whether an extension that has dialled these digits may dial more of them, so that a further one is waited for. */
export function couldGoOn(plan: Dialplan, digits: string): boolean {
  if (digits.length >= longest) return false;
  const longer = (number: string): boolean => number.length > digits.length && number.startsWith(digits);
  const numberBegins = (begun: string): boolean =>
    plan.numbers.some(({ match, trunk }) => trunk === undefined && couldBecome(match, begun));
  // Who dials the 0 of the reception does not wait for the rest of 06 1 …
  const complete = Object.hasOwn(plan.extensions, digits) || Object.hasOwn(plan.internalNumbers, digits);
  return (
    Object.keys(plan.extensions).some(longer) ||
    Object.keys(plan.internalNumbers).some(longer) ||
    numberBegins(digits) ||
    (!complete && beginnings(plan.company, digits).some(numberBegins))
  );
}
