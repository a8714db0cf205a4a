import { finding } from '../catalogue.ts';
import { didYouMean, type Rule } from './rule.ts';

export const unknownLanguage: Rule = {
  codes: ['UNKNOWN_LANGUAGE'],
  *check({ draft, edges, at }) {
    const spoken = (draft.company?.languages ?? []).filter(language => language !== undefined);
    if (spoken.length === 0) return;
    const told = new Set<unknown>();
    for (const { language } of edges) {
      if (language === undefined || spoken.includes(language.tag) || told.has(language.path.join())) continue;
      told.add(language.path.join());
      const message = `the company does not speak ${language.tag}`;
      yield finding('UNKNOWN_LANGUAGE', at(language.path), message, didYouMean(language.tag, spoken));
    }
  },
};
