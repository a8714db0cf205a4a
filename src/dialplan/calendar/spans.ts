import { own } from '../../base/own.ts';
import type { Calendar, OpenSpan } from '../plan.ts';
import { day, type WallTime } from './zone.ts';

/** `YYYY-MM-DD` of a local day. */
export const dateOf = (wall: WallTime): string => new Date(wall).toISOString().slice(0, 10);

export const startOfDay = (wall: WallTime): WallTime => Math.floor(wall / day) * day;

/** The spans that begin on the day of `wall`: an exception of that date, else one of every year, else none on a holiday, else the week's. */
export function spansOf(calendar: Calendar, wall: WallTime): readonly OpenSpan[] {
  const date = dateOf(wall);
  return (
    own(calendar.exceptions, date) ??
    own(calendar.yearly, date.slice(5)) ??
    (calendar.holidays !== undefined && Object.hasOwn(calendar.holidays, date) ? [] : undefined) ??
    // 1970-01-01 was a Thursday; index 0 is Monday.
    calendar.week[(Math.floor(wall / day) + 3) % 7] ??
    []
  );
}
