/** The numbers of a dialplan in one form, whatever way they are written in it. */
import { type Country, countryOfZone, dialledIn } from '../base/numbers/country.ts';
import { type Numbering, oneForm, withoutCountry } from '../base/numbers/oneForm.ts';
import type { Draft } from './grammar/dialplan.ts';
import { readNumber } from './grammar/words.ts';
import { matchText } from './numberMatch.ts';
import type { NumberMatch } from './plan.ts';

/**
 * How numbers without a plus are meant in a dialplan: in the company's country; where it names none, in the one of its
 * time zone, unless all its numbers that have a plus are of other countries.
 */
export function companyNumbering({ company, numbers }: Pick<Draft, 'company' | 'numbers'>): Numbering {
  if (company?.country !== undefined) return { country: company.country };
  if (company?.timezone === undefined) return withoutCountry;
  const languages = (company.languages ?? []).filter(language => language !== undefined);
  const country = countryOfZone(company.timezone, languages);
  return country === undefined || contradicted(country, Object.keys(numbers ?? {})) ? withoutCountry : { country };
}

function contradicted(country: Country, written: readonly string[]): boolean {
  const known = written.flatMap(text => {
    const number = readNumber(text);
    return number.ok && matchText(number.value.match).startsWith('+') ? [matchText(number.value.match)] : [];
  });
  const own = `+${dialledIn(country).callingCode}`;
  return known.length > 0 && !known.some(number => number.startsWith(own));
}

/** `0620*` and `3620*` are `+3620*` in Hungary, `061234567x` is `+361234567x`. */
export function matchInOneForm(numbering: Numbering, match: NumberMatch): NumberMatch {
  if (match.kind === 'exact') return { kind: 'exact', number: oneForm(numbering, match.number) };
  const written = matchText(match);
  const open = written.endsWith('*');
  const rest = written.slice(match.prefix.length);
  const beginning = match.prefix.startsWith('+') ? undefined : beginningOf(numbering, match.prefix, rest);
  if (beginning === undefined) return match;
  // Digits that begin so and are no whole number of the country come as they are: `0*` is meant to have these, too.
  const also = open ? { also: written } : {};
  return match.kind === 'prefix'
    ? { kind: 'prefix', prefix: beginning, ...also }
    : { kind: 'pattern', pattern: beginning + rest, prefix: beginning, ...also };
}

/** A digit in place of an `x`; which of them make a number depends on the country. */
const tried = ['2', '3', '7', '5', '1'];
const mostFurther = 12;

/** What a pattern begins with in its one form: found out with numbers that fit it. */
function beginningOf(numbering: Numbering, fixed: string, rest: string): string | undefined {
  const open = rest.endsWith('*');
  for (let further = 0; further <= (open ? mostFurther : 0); further++) {
    for (const digit of tried) {
      const varied = rest.replaceAll('x', digit).replace('*', digit.repeat(further));
      const beginning = withoutVaried(oneForm(numbering, fixed + varied), fixed, varied);
      if (beginning !== undefined) return beginning;
    }
  }
  return undefined;
}

/** Only a prefix at the beginning of what is fixed may have become another. */
function withoutVaried(number: string, fixed: string, varied: string): string | undefined {
  if (!number.startsWith('+')) return undefined;
  for (let dropped = 0; dropped <= fixed.length; dropped++) {
    const kept = fixed.slice(dropped);
    if (number.endsWith(kept + varied)) return number.slice(0, number.length - varied.length);
  }
  return undefined;
}
