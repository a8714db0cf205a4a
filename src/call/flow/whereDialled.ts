import { numberMatches } from '../../dialplan/numberMatch.ts';
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

/** Whether a number of ours begins with these digits and is longer, so that a further digit is worth waiting for. */
export function couldGoOn(plan: Dialplan, digits: string): boolean {
  const longer = (number: string): boolean => number.length > digits.length && number.startsWith(digits);
  return (
    Object.keys(plan.extensions).some(longer) ||
    Object.keys(plan.internalNumbers).some(longer) ||
    plan.numbers.some(({ match }) => (match.kind === 'exact' ? longer(match.number) : digits.startsWith(match.prefix)))
  );
}
