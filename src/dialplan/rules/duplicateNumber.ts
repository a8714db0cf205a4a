import { showPosition } from '../../base/position.ts';
import { finding } from '../catalogue.ts';
import { companyNumbering, matchInOneForm } from '../companyNumbers.ts';
import { readNumber } from '../grammar/words.ts';
import { matchText } from '../numberMatch.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

/** `+36 1 234 5678`, `+3612345678` and, in Hungary, `06 1 234 5678` are one number; an internal number must not be an extension. */
export const duplicateNumber: Rule = {
  codes: ['DUPLICATE_NUMBER'],
  *check({ draft, declared, atKey }) {
    const numbering = companyNumbering(draft);
    const seen = new Map<string, string>();
    for (const [written] of present(draft.numbers)) {
      const number = readNumber(written);
      if (!number.ok) continue;
      const normal = `${matchText(matchInOneForm(numbering, number.value.match))}@${number.value.trunk ?? ''}`;
      const first = seen.get(normal);
      if (first === undefined) {
        seen.set(normal, written);
        continue;
      }
      const where = showPosition(atKey(['numbers', first]));
      yield finding(
        'DUPLICATE_NUMBER',
        atKey(['numbers', written]),
        `${written} is the same number as ${first} (${where})`,
      );
    }
    const extensions = declared('extensions');
    for (const [digits] of present(draft.internalNumbers)) {
      if (!extensions.has(digits)) continue;
      const where = showPosition(atKey(['extensions', digits]));
      const message = `${digits} is an extension already (${where}), which goes before an internal number`;
      yield finding('DUPLICATE_NUMBER', atKey(['internalNumbers', digits]), message);
    }
  },
};
