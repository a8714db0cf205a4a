import { finding } from '../catalogue.ts';
import { namedIn, present } from '../outline/edges.ts';
import { spell } from '../outline/spelling.ts';
import type { Rule } from './rule.ts';

export const spelledAlike: Rule = {
  codes: ['SPELLED_ALIKE'],
  *check({ draft, at }) {
    if (!present(draft.menus).some(([, { dialByName }]) => dialByName === true)) return;
    for (const [first, second] of spell(namedIn(draft)).alike) {
      const message = `${second.name} is spelled by the same keys as ${first.name} (${first.number}): neither can be reached by name`;
      yield finding('SPELLED_ALIKE', at(['extensions', second.number, 'name']), message);
    }
  },
};
