import { finding } from '../catalogue.ts';
import { present } from '../outline/edges.ts';
import { menusBefore } from '../outline/menuSteps.ts';
import type { Rule } from './rule.ts';

/** `back` is resolved when a dialplan is read: a call goes the same way from the same place, whatever came before. */
export const menuBack: Rule = {
  codes: ['BACK_UNCLEAR'],
  *check({ draft, at }) {
    for (const [name, menu] of present(draft.menus)) {
      for (const [digits, route] of present(menu.keys)) {
        const to = 'kind' in route ? route : route.then;
        if (to?.kind !== 'back') continue;
        const before = menusBefore(draft, name);
        if (before.length === 1) continue;
        const message =
          before.length === 0
            ? `no key of another menu leads to the menu ${name}: there is nothing to go back to`
            : `several menus lead to the menu ${name}: ${before.slice(0, 5).join(', ')}`;
        yield finding('BACK_UNCLEAR', at(['menus', name, 'keys', digits]), message);
      }
    }
  },
};
