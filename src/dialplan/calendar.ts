/**
 * Opening hours, by the clock on the wall: at 08:00 an office opens at 08:00 in summer and in winter. In the hour that
 * autumn repeats, what is open is open both times; what would open in the hour that spring skips opens when it ends.
 */
import type { Instant } from '../base/clock.ts';
import { dateOf, spansOf, startOfDay } from './calendar/spans.ts';
import { clockChange, day, instantsAt, minute, type WallTime, type Zone, zoneOf } from './calendar/zone.ts';
import type { Calendar } from './plan.ts';

/** `timezone` is an IANA name that the platform knows. */
export function isOpen(calendar: Calendar, timezone: string, at: Instant): boolean {
  return openAt(calendar, zoneOf(timezone), at);
}

function openAt(calendar: Calendar, zone: Zone, at: Instant): boolean {
  const wall = at + zone.offsetAt(at);
  const today = startOfDay(wall);
  const now = (wall - today) / minute;
  return (
    spansOf(calendar, today).some(({ from, to }) => from <= now && now < to) ||
    // A span that runs past midnight belongs to the day on which it began.
    spansOf(calendar, today - day).some(({ to }) => now + day / minute < to)
  );
}

/** The first instant after `at` at which it opens or closes; undefined where it never does again. */
export function nextChange(calendar: Calendar, timezone: string, at: Instant): Instant | undefined {
  const zone = zoneOf(timezone);
  const state = openAt(calendar, zone, at);
  for (const date of daysThatMatter(calendar, startOfDay(at + zone.offsetAt(at)))) {
    const change = turnsOf(calendar, zone, date).find(turn => turn > at && openAt(calendar, zone, turn) !== state);
    if (change !== undefined) return change;
  }
  return undefined;
}

/** The instants of one local day, in order, at which something may change; a span may end on the day after. */
function turnsOf(calendar: Calendar, zone: Zone, date: WallTime): readonly Instant[] {
  const turns = spansOf(calendar, date).flatMap(({ from, to }) => [
    ...instantsAt(zone, date + from * minute),
    ...instantsAt(zone, date + to * minute),
  ]);
  const shift = clockChange(zone, date - zone.offsetAt(date), date + day - zone.offsetAt(date + day));
  if (shift !== undefined) turns.push(shift);
  return turns.sort((a, b) => a - b);
}

/** Where a week brings no change, only the days around an exception can. */
const around = 8;
/** The 29th of February may be eight years away (2096, 2104). */
const yearsAhead = 8;

/** Local days in order, from yesterday (whose last span may run until today) to the last that can bring a change. */
function* daysThatMatter(calendar: Calendar, today: WallTime): Generator<WallTime> {
  let next = today - day;
  const upTo = function* (last: WallTime): Generator<WallTime> {
    for (; next <= last; next += day) yield next;
  };
  yield* upTo(today + around * day);
  for (const exception of exceptionsFrom(calendar, today)) {
    next = Math.max(next, exception - day);
    yield* upTo(exception + around * day);
  }
}

function exceptionsFrom(calendar: Calendar, today: WallTime): readonly WallTime[] {
  const year = Number(dateOf(today).slice(0, 4));
  const dates = [...Object.keys(calendar.exceptions), ...Object.keys(calendar.holidays ?? {})];
  for (let ahead = 0; ahead <= yearsAhead; ahead++) {
    dates.push(...Object.keys(calendar.yearly).map(monthAndDay => `${year + ahead}-${monthAndDay}`));
  }
  return dates
    .map(date => Date.parse(`${date}T00:00:00Z`))
    .filter(date => date >= today)
    .sort((a, b) => a - b);
}
