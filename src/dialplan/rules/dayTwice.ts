import { finding } from '../catalogue.ts';
import { dayName, readDays } from '../grammar/time.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

export const dayTwice: Rule = {
  codes: ['DAY_TWICE'],
  *check({ draft, atKey }) {
    for (const [name, calendar] of present(draft.calendars)) {
      const seen = new Map<number, string>();
      for (const [written] of present(calendar.open)) {
        const days = readDays(written);
        for (const day of days.ok ? days.value : []) {
          const first = seen.get(day);
          if (first === undefined) {
            seen.set(day, written);
            continue;
          }
          const message = `${dayName(day)} has hours already, under ${first}`;
          yield finding('DAY_TWICE', atKey(['calendars', name, 'open', written]), message);
          break;
        }
      }
    }
  },
};
