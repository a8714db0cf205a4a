import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import type { Path } from '../../base/yaml/document.ts';
import { finding } from '../catalogue.ts';
import { readDays } from '../grammar/time.ts';
import { present } from '../outline/edges.ts';
import type { Outline } from '../outline/outline.ts';
import type { OpenSpan } from '../plan.ts';
import type { Rule } from './rule.ts';

export const overlappingHours: Rule = {
  codes: ['OVERLAPPING_HOURS'],
  *check(outline) {
    for (const [name, calendar] of present(outline.draft.calendars)) {
      const week: Written[][] = Array.from({ length: 7 }, () => []);
      for (const [days, hours] of present(calendar.open)) {
        const written = writtenSpans(hours, ['calendars', name, 'open', days]);
        yield* overlaps(outline, written);
        const indices = readDays(days);
        for (const index of new Set(indices.ok ? indices.value : [])) week[index]?.push(...written);
      }
      yield* nightsInto(outline, week);
      for (const [date, hours] of present(calendar.exceptions)) {
        yield* overlaps(outline, writtenSpans(hours, ['calendars', name, 'exceptions', date]));
      }
    }
  },
};

interface Written {
  readonly span: OpenSpan;
  readonly path: Path;
}

type Hours = readonly (OpenSpan | readonly OpenSpan[] | undefined)[];

function writtenSpans(hours: Hours, path: Path): readonly Written[] {
  return hours.flatMap((item, index): readonly Written[] => {
    if (item === undefined) return [];
    if ('from' in item) return [{ span: item, path }];
    return item.map(span => ({ span, path: [...path, index] }));
  });
}

function* overlaps({ at }: Outline, written: readonly Written[]): Generator<Diagnostic> {
  const inOrder = [...written].sort((a, b) => a.span.from - b.span.from);
  for (const [index, { span, path }] of inOrder.entries()) {
    const before = inOrder[index - 1]?.span;
    if (before === undefined || span.from >= before.to) continue;
    yield finding('OVERLAPPING_HOURS', at(path), `${showSpan(before)} and ${showSpan(span)} overlap`);
  }
}

/** A night that runs into the hours of the day after; each place is told once, for the first day that it concerns. */
function* nightsInto({ at }: Outline, week: readonly (readonly Written[])[]): Generator<Diagnostic> {
  const told = new Set<Path>();
  for (const [day, written] of week.entries()) {
    const nights = (week[(day + 6) % 7] ?? []).filter(({ span }) => span.to > 1440);
    for (const { span, path } of written) {
      const night = nights.find(before => before.span.to - 1440 > span.from);
      if (night === undefined || told.has(path)) continue;
      told.add(path);
      const message = `${showSpan(night.span)} of the day before runs into ${showSpan(span)}`;
      yield finding('OVERLAPPING_HOURS', at(path), message);
    }
  }
}

const showSpan = ({ from, to }: OpenSpan): string => `${showClock(from)}-${showClock(to > 1440 ? to - 1440 : to)}`;
const showClock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
