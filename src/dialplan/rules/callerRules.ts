import { finding } from '../catalogue.ts';
import { companyNumbering, matchInOneForm } from '../companyNumbers.ts';
import { matchText } from '../numberMatch.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

export const callerRules: Rule = {
  codes: ['CALLER_TWICE'],
  *check({ draft, at }) {
    const numbering = companyNumbering(draft);
    for (const [name, { rules }] of present(draft.callers)) {
      const seen = new Set<string>();
      for (const [index, rule] of (rules ?? []).entries()) {
        for (const [item, match] of (rule?.from ?? []).entries()) {
          if (match === undefined) continue;
          const text = match.kind === 'anonymous' ? match.kind : matchText(matchInOneForm(numbering, match));
          if (seen.has(text)) {
            const place = at(['callers', name, 'rules', index, 'from', item]);
            yield finding('CALLER_TWICE', place, `${text} is named before: this rule never counts for it`);
          }
          seen.add(text);
        }
      }
    }
  },
};
