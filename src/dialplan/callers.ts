import { numberMatches } from './numberMatch.ts';
import type { CallerChoice, Route } from './plan.ts';

/** Where a caller goes by their own number: the first rule that names it. */
export function routeForCaller({ rules, otherwise }: CallerChoice, number: string): Route {
  const hidden = !/^\+?[0-9]+$/.test(number);
  const rule = rules.find(({ from, anonymous }) =>
    hidden ? anonymous : from.some(match => numberMatches(match, number)),
  );
  return rule?.then ?? otherwise;
}
