import { finding } from '../catalogue.ts';
import { readDays } from '../grammar/time.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

const wholeDay = 1440;

export const neverChanges: Rule = {
  codes: ['NEVER_CHANGES'],
  ofAbsence: true,
  *check({ draft, atKey, written }) {
    for (const [name, calendar] of present(draft.calendars)) {
      const path = ['calendars', name];
      if (written([...path, 'closed']).size > 0 || written([...path, 'exceptions']).size > 0) continue;
      // One that is switched by hand alone may be open always.
      if (calendar.holidays !== undefined || written(path).has('override')) continue;
      const minutes = [0, 0, 0, 0, 0, 0, 0];
      for (const [days, hours] of present(calendar.open)) {
        const open = hours.flat().reduce((sum, span) => sum + (span === undefined ? 0 : span.to - span.from), 0);
        const indices = readDays(days);
        for (const day of indices.ok ? indices.value : []) minutes[day] = (minutes[day] ?? 0) + open;
      }
      const state = minutes.every(open => open >= wholeDay)
        ? 'open'
        : minutes.every(open => open === 0)
          ? 'closed'
          : undefined;
      if (state !== undefined) yield finding('NEVER_CHANGES', atKey(path), `the calendar ${name} is always ${state}`);
    }
  },
};
