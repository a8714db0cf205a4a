import type { Path } from '../../base/yaml/document.ts';
import { finding } from '../catalogue.ts';
import { companyNumbering, matchInOneForm } from '../companyNumbers.ts';
import type { Draft } from '../grammar/dialplan.ts';
import { readNumber } from '../grammar/words.ts';
import { matchText } from '../numberMatch.ts';
import { present } from '../outline/edges.ts';
import type { NumberMatch } from '../plan.ts';
import type { Rule } from './rule.ts';

interface Written {
  readonly match: NumberMatch;
  readonly path: Path;
  /** A key of a mapping, or an item of a list. */
  readonly key: boolean;
}

/** Numbers with a plus beside numbers without: whoever searches the file for one of them does not find it. */
export const mixedNumbers: Rule = {
  codes: ['MIXED_NUMBERS'],
  *check({ draft, at, atKey }) {
    const all = [...writtenIn(draft)];
    if (!all.some(({ match }) => matchText(match).startsWith('+'))) return;
    const numbering = companyNumbering(draft);
    for (const { match, path, key } of all) {
      const written = matchText(match);
      if (written.startsWith('+')) continue;
      const place = key ? atKey(path) : at(path);
      const same = matchText(matchInOneForm(numbering, match));
      if (same !== written) {
        const message = `${written} is meant as ${same}, while other numbers are written with a +`;
        yield finding('MIXED_NUMBERS', place, message, `write ${same}`);
      } else if (written.length >= shortestNumber) {
        const { country } = numbering;
        const why = country === undefined ? 'the company has no country' : `it is no whole number in ${country}`;
        const remedy = `write it with + and its country${country === undefined ? ', or add company.country' : ''}`;
        const message = `${written} has no +, and ${why}: only calls that bring the same digits fit`;
        yield finding('MIXED_NUMBERS', place, message, remedy);
      }
    }
  },
};

/** What is shorter is a short code, or an extension. */
const shortestNumber = 7;

function* writtenIn(draft: Draft): Generator<Written> {
  for (const [written] of present(draft.numbers)) {
    const number = readNumber(written);
    if (number.ok) yield { match: number.value.match, path: ['numbers', written], key: true };
  }
  for (const [name, { rules }] of present(draft.callers)) {
    for (const [index, rule] of (rules ?? []).entries()) {
      for (const [item, match] of (rule?.from ?? []).entries()) {
        if (match === undefined || match.kind === 'anonymous') continue;
        yield { match, path: ['callers', name, 'rules', index, 'from', item], key: false };
      }
    }
  }
}
