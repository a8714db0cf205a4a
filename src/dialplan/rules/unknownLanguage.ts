import { finding } from '../catalogue.ts';
import { languagesOf } from './promptLanguages.ts';
import type { Rule } from './rule.ts';

export const unknownLanguage: Rule = {
  codes: ['UNKNOWN_LANGUAGE'],
  *check({ draft, edges, at, didYouMean }) {
    const spoken = languagesOf(draft);
    if (spoken === undefined) return;
    const told = new Set<unknown>();
    for (const { language } of edges) {
      if (language === undefined || spoken.includes(language.tag) || told.has(language.path.join())) continue;
      told.add(language.path.join());
      const message = `the company does not speak ${language.tag}`;
      yield finding('UNKNOWN_LANGUAGE', at(language.path), message, didYouMean(language.tag, spoken));
    }
  },
};
