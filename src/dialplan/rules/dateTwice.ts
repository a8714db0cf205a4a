import type { Path } from '../../base/yaml/document.ts';
import { finding } from '../catalogue.ts';
import type { Partly, Source } from '../grammar/dialplan.ts';
import { type DateSpan, datesOf, isDay, readDates } from '../grammar/time.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

export const dateTwice: Rule = {
  codes: ['DATE_TWICE'],
  *check({ draft, at, atKey }) {
    for (const [name, calendar] of present(draft.calendars)) {
      // A day that is named alone may lie in a span: it wins.
      const seen = { day: new Set<string>(), span: new Set<string>() };
      for (const { span, path } of spansIn(calendar, ['calendars', name])) {
        const dates = datesOf(span);
        const alike = seen[isDay(span) ? 'day' : 'span'];
        const twice = dates.find(date => alike.has(date));
        if (twice !== undefined) {
          const place = typeof path.at(-1) === 'number' ? at(path) : atKey(path);
          yield finding('DATE_TWICE', place, `${twice} stands in this calendar already`);
        }
        for (const date of dates) alike.add(date);
      }
    }
  },
};

interface WrittenDates {
  readonly span: DateSpan;
  readonly path: Path;
}

function* spansIn(calendar: Partly<Source['calendars'][string]>, path: Path): Generator<WrittenDates> {
  for (const [index, span] of (calendar.closed ?? []).entries()) {
    if (span !== undefined) yield { span, path: [...path, 'closed', index] };
  }
  for (const [written] of present(calendar.exceptions)) {
    const span = readDates(written);
    if (span.ok) yield { span: span.value, path: [...path, 'exceptions', written] };
  }
}
