import { finding } from '../catalogue.ts';
import type { Draft } from '../grammar/dialplan.ts';
import { readLanguage } from '../grammar/words.ts';
import { present } from '../outline/edges.ts';
import { overridePromptNames } from '../overridePrompts.ts';
import type { Language } from '../plan.ts';
import type { Rule } from './rule.ts';

const forColleagues: ReadonlySet<string> = new Set(overridePromptNames);

export const promptLanguages: Rule = {
  codes: ['PROMPT_MISSING', 'PROMPT_UNTRANSLATED', 'UNUSED_TRANSLATION'],
  *check({ draft, at, atKey, written }) {
    const spoken = languagesOf(draft);
    const [main, ...others] = spoken ?? [];
    if (spoken === undefined || main === undefined) return;
    for (const [name, prompt] of present(draft.prompts)) {
      const path = ['prompts', name];
      // A plain text is in the default language.
      const texts: ReadonlySet<string> = typeof prompt === 'string' ? new Set([main]) : written(path);
      if (!texts.has(main)) {
        const message = `the prompt ${name} has no text in ${main}, the default language`;
        yield finding('PROMPT_MISSING', atKey(path), message, `add ${main}: …`);
      }
      // What is said to colleagues about opening hours is said in the default language alone.
      const missing = forColleagues.has(name) ? [] : others.filter(language => !texts.has(language));
      if (missing.length > 0) {
        const message = `the prompt ${name} has no text in ${missing.join(', ')}: it is spoken in ${main}`;
        yield finding('PROMPT_UNTRANSLATED', atKey(path), message, `add ${missing.map(tag => `${tag}: …`).join(', ')}`);
      }
      for (const language of texts) {
        if (spoken.includes(language) || !readLanguage(language).ok) continue;
        const message = `the company does not speak ${language}: this text is never heard`;
        yield finding('UNUSED_TRANSLATION', at([...path, language]), message);
      }
    }
  },
};

/** The company's languages; undefined where one of them could not be understood. */
export function languagesOf(draft: Draft): readonly Language[] | undefined {
  const written = draft.company?.languages;
  const languages = written?.filter(language => language !== undefined);
  return languages === undefined || languages.length < (written?.length ?? 0) ? undefined : languages;
}
