import type { YamlDocument } from '../../base/yaml/document.ts';
import { holidaysOf } from '../calendar/holidays.ts';
import type { Source } from '../grammar/dialplan.ts';
import { type DateSpan, datesOf, isDay, readDates, readDays } from '../grammar/time.ts';
import { overrideOf } from '../outline/overrides.ts';
import { numbersOfCode } from '../override.ts';
import type { Calendar, CalendarCode, Dialplan, OpenSpan } from '../plan.ts';
import { record, unchecked } from './parts.ts';

export const compileCalendars = (document: YamlDocument, { calendars }: Source): Dialplan['calendars'] =>
  record(calendars, (name, calendar) => ({
    name,
    week: compileWeek(calendar),
    ...compileDates(calendar),
    ...(calendar.holidays === undefined ? {} : { holidays: holidaysOf(calendar.holidays) }),
    ...compileOverride(document, name, calendar),
    at: document.atKey(['calendars', name]),
  }));

function compileOverride(document: YamlDocument, name: string, calendar: WrittenCalendar): Pick<Calendar, 'override'> {
  const override = overrideOf(name, calendar.override);
  if (override?.code === undefined) return {};
  const { code, until, by, codePath } = override;
  return {
    override: {
      code,
      until,
      ...(by === undefined ? {} : { by: [...new Set(by.filter(number => number !== undefined))] }),
      at: document.at(codePath),
    },
  };
}

/** By what is dialled. */
export function compileCalendarCodes(calendars: Dialplan['calendars']): Pick<Dialplan, 'calendarCodes'> {
  const codes: Record<string, CalendarCode> = Object.create(null);
  for (const { name, override } of Object.values(calendars)) {
    if (override === undefined) continue;
    for (const [number, act] of numbersOfCode(override.code)) codes[number] = { calendar: name, act };
  }
  return Object.keys(codes).length === 0 ? {} : { calendarCodes: codes };
}

type WrittenCalendar = Source['calendars'][string];

function compileWeek({ open }: WrittenCalendar): Calendar['week'] {
  const week: OpenSpan[][] = Array.from({ length: 7 }, () => []);
  for (const [written, hours] of Object.entries(open)) {
    const days = readDays(written);
    if (!days.ok) throw unchecked(['open', written]);
    for (const day of days.value) week[day]?.push(...hours.flat());
  }
  return week.map(inOrder);
}

function compileDates({ closed, exceptions }: WrittenCalendar): Pick<Calendar, 'exceptions' | 'yearly'> {
  const once: Record<string, readonly OpenSpan[]> = Object.create(null);
  const yearly: Record<string, readonly OpenSpan[]> = Object.create(null);
  const written: { readonly span: DateSpan; readonly hours: readonly OpenSpan[] }[] = [
    ...closed.map(span => ({ span, hours: [] })),
    ...Object.entries(exceptions).map(([dates, hours]) => {
      const span = readDates(dates);
      if (!span.ok) throw unchecked(['exceptions', dates]);
      return { span: span.value, hours: inOrder(hours.flat()) };
    }),
  ];
  // A day that is named alone wins over a span that it lies in.
  for (const { span, hours } of written.sort((a, b) => Number(isDay(a.span)) - Number(isDay(b.span)))) {
    for (const date of datesOf(span)) (span.kind === 'once' ? once : yearly)[date] = hours;
  }
  return { exceptions: once, yearly };
}

const inOrder = (spans: readonly OpenSpan[]): readonly OpenSpan[] => [...spans].sort((a, b) => a.from - b.from);
