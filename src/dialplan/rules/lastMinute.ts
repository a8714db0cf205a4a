import type { Path } from '../../base/yaml/document.ts';
import { finding } from '../catalogue.ts';
import { present } from '../outline/edges.ts';
import type { OpenSpan } from '../plan.ts';
import type { Rule } from './rule.ts';

/** `00:00-23:59` is a day with a hole of a minute in it. */
export const lastMinute: Rule = {
  codes: ['LAST_MINUTE'],
  *check({ draft, at }) {
    for (const [name, calendar] of present(draft.calendars)) {
      for (const part of ['open', 'exceptions'] as const) {
        for (const [when, hours] of present(calendar[part])) {
          const path: Path = ['calendars', name, part, when];
          if (hours.some(endsEarly)) {
            yield finding('LAST_MINUTE', at(path), 'the hours end at 23:59, and the minute before midnight is closed');
          }
        }
      }
    }
  },
};

type Hours = OpenSpan | readonly OpenSpan[] | undefined;

const endsEarly = (hours: Hours): boolean =>
  hours !== undefined && ('to' in hours ? hours.to % 1440 === 1439 : hours.some(({ to }) => to % 1440 === 1439));
