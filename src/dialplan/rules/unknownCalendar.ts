import type { Path } from '../../base/yaml/document.ts';
import { finding } from '../catalogue.ts';
import type { Draft } from '../grammar/dialplan.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

export const unknownCalendar: Rule = {
  codes: ['UNKNOWN_CALENDAR'],
  *check({ draft, declared, at, didYouMean }) {
    const calendars = declared('calendars');
    for (const { name, path } of calendarsIn(draft)) {
      if (calendars.has(name)) continue;
      yield finding('UNKNOWN_CALENDAR', at(path), `there is no calendar ${name}`, didYouMean(name, calendars));
    }
  },
};

/** The calendars that are named. */
export function* calendarsIn(draft: Draft): Generator<{ readonly name: string; readonly path: Path }> {
  for (const [schedule, { calendar }] of present(draft.schedules)) {
    if (calendar !== undefined) yield { name: calendar, path: ['schedules', schedule, 'calendar'] };
  }
  for (const [number, rule] of present(draft.numbers)) {
    if ('kind' in rule || rule.calendar === undefined) continue;
    yield { name: rule.calendar, path: ['numbers', number, 'calendar'] };
  }
}
