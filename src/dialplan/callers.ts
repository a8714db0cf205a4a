import { numberMatches } from './numberMatch.ts';
import type { CallerChoice, Route } from './plan.ts';

/** Where a caller goes by their own number: the first rule that names it. Empty: a number that is not shown. */
export function routeForCaller({ rules, otherwise }: CallerChoice, number: string): Route {
  const hidden = number === '' || number === 'anonymous';
  // Some networks send a name in its place: that is not hidden, and no rule for numbers is meant.
  const numeric = /^\+?[0-9]+$/.test(number);
  const rule = rules.find(({ from, anonymous }) =>
    hidden ? anonymous : numeric && from.some(match => numberMatches(match, number)),
  );
  return rule?.then ?? otherwise;
}
