import type { Path } from '../../base/yaml/document.ts';
import { finding } from '../catalogue.ts';
import type { Draft } from '../grammar/dialplan.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

export const unknownPrompt: Rule = {
  codes: ['UNKNOWN_PROMPT'],
  *check({ draft, declared, at, didYouMean }) {
    const prompts = declared('prompts');
    for (const { name, path } of spokenIn(draft)) {
      if (prompts.has(name)) continue;
      yield finding('UNKNOWN_PROMPT', at(path), `there is no prompt ${name}`, didYouMean(name, prompts));
    }
  },
};

/** The prompts that are named, but for those of a goodbye, which is a destination. */
export function* spokenIn(draft: Draft): Generator<{ readonly name: string; readonly path: Path }> {
  for (const [menu, { greeting, noInput, invalid }] of present(draft.menus)) {
    if (greeting !== undefined) yield { name: greeting, path: ['menus', menu, 'greeting'] };
    for (const [key, rule] of present({ noInput, invalid })) {
      if ('kind' in rule || rule.say === undefined) continue;
      yield { name: rule.say, path: ['menus', menu, key, 'say'] };
    }
  }
  for (const [announcement, { say }] of present(draft.announcements)) {
    if (say !== undefined) yield { name: say, path: ['announcements', announcement, 'say'] };
  }
}
