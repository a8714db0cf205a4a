import { finding } from '../catalogue.ts';
import type { Rule } from './rule.ts';

export const noNumbers: Rule = {
  codes: ['NO_NUMBERS'],
  ofAbsence: true,
  *check({ declared, atKey }) {
    if (declared('numbers').size === 0) {
      yield finding('NO_NUMBERS', atKey(['numbers']), 'no number leads into this dialplan');
    }
  },
};
