import { oneForm, withoutCountry } from '../base/numbers/oneForm.ts';
import { closest } from '../base/yaml/closest.ts';
import { numberText } from './map/ways.ts';
import { numberMatches } from './numberMatch.ts';
import type { Dialplan } from './plan.ts';

export interface NearMatch {
  /** As it is in the dialplan: `+3612345678`, `+3612345678@carrier`. */
  readonly number: string;
  /**
   * - `otherTrunk`: it is for the calls of another trunk;
   * - `otherForm`: the same last digits, with something else before them: a country, or a prefix, is not known;
   * - `misspelt`: a digit or two are different.
   */
  readonly how: 'otherTrunk' | 'otherForm' | 'misspelt';
}

/** The same digits at the end are no chance from here on. */
const sameDigits = 6;
/** What strangers send is looked at no further. */
const longestLookedAt = 32;

/** The number of the dialplan that somebody meant who brought one that it does not have. */
export function nearMatch(plan: Dialplan, dialled: string): NearMatch | undefined {
  const other = plan.numbers.find(({ match }) => numberMatches(match, dialled));
  if (other !== undefined) return { number: numberText(other), how: 'otherTrunk' };
  const bare = oneForm(withoutCountry, dialled);
  if (bare.length > longestLookedAt || !/^\+?[0-9]+$/.test(bare)) return undefined;
  const exact = plan.numbers.flatMap(rule =>
    rule.match.kind === 'exact' ? [{ digits: rule.match.number, text: numberText(rule) }] : [],
  );
  const alike = exact
    .map(({ digits, text }) => ({ text, same: sameEnd(digits, bare) }))
    .filter(({ same }) => same >= sameDigits)
    .sort((a, b) => b.same - a.same)[0];
  if (alike !== undefined) return { number: alike.text, how: 'otherForm' };
  const near =
    bare.length < sameDigits
      ? undefined
      : closest(
          bare,
          exact.map(({ digits }) => digits),
        );
  const meant = exact.find(({ digits }) => digits === near);
  return meant === undefined ? undefined : { number: meant.text, how: 'misspelt' };
}

function sameEnd(a: string, b: string): number {
  let same = 0;
  while (same < a.length && same < b.length && a.at(-1 - same) === b.at(-1 - same)) same += 1;
  return same;
}
