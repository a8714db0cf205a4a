import { finding } from '../catalogue.ts';
import type { Rule } from './rule.ts';

export const duplicateLanguage: Rule = {
  codes: ['DUPLICATE_LANGUAGE'],
  *check({ draft, at }) {
    const seen = new Set<string>();
    for (const [index, language] of (draft.company?.languages ?? []).entries()) {
      if (language === undefined) continue;
      if (seen.has(language)) {
        yield finding('DUPLICATE_LANGUAGE', at(['company', 'languages', index]), `${language} is named already`);
      }
      seen.add(language);
    }
  },
};
