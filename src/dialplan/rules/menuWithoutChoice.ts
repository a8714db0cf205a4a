import { finding } from '../catalogue.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

export const menuWithoutChoice: Rule = {
  codes: ['MENU_WITHOUT_CHOICE'],
  ofAbsence: true,
  *check({ draft, atKey, written }) {
    for (const [name, menu] of present(draft.menus)) {
      const path = ['menus', name];
      if (menu.directDial === true || menu.dialByName === true || written([...path, 'keys']).size > 0) continue;
      yield finding('MENU_WITHOUT_CHOICE', atKey(path), `the menu ${name} offers nothing to press`);
    }
  },
};
