import { finding } from '../catalogue.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

export const numberForm: Rule = {
  codes: ['NUMBER_FORM'],
  *check({ draft, atKey, written }) {
    for (const [number, rule] of present(draft.numbers)) {
      if ('kind' in rule) continue;
      const path = ['numbers', number];
      const keys = written(path);
      const bySchedule = ['calendar', 'open', 'closed'];
      const missing = bySchedule.filter(key => !keys.has(key));
      if (keys.has('to') ? missing.length === bySchedule.length : missing.length === 0) continue;
      const message = keys.has('to')
        ? `${number} says to, and ${bySchedule.filter(key => keys.has(key)).join(', ')} as well`
        : missing.length === bySchedule.length
          ? `${number} does not say where its calls go`
          : `${number} does not say ${missing.join(', ')}`;
      yield finding('NUMBER_FORM', atKey(path), message);
    }
  },
};
