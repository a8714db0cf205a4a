/** Instants as a company's people read them off the wall. */
import type { Instant } from '../../base/clock.ts';
import { instantsAt, zoneOf } from '../../dialplan/calendar/zone.ts';

/** `2026-12-24T18:05`, seconds allowed; a time that spring skips, or that no calendar has, gives undefined. */
export function instantOf(text: string, timezone: string): Instant | undefined {
  const match = /^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?$/.exec(text);
  if (match === null) return undefined;
  const [, date, time, seconds = ':00'] = match;
  const wall = Date.parse(`${date}T${time}${seconds}Z`);
  // `Date` takes the 30th of February for the 2nd of March.
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 10) !== date) return undefined;
  return instantsAt(zoneOf(timezone), wall)[0];
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const wallOf = (instant: Instant, timezone: string): Date => new Date(instant + zoneOf(timezone).offsetAt(instant));

/** `Thu 2026-12-24 18:05:00` */
export function showDay(instant: Instant, timezone: string): string {
  const wall = wallOf(instant, timezone);
  return `${weekdays[wall.getUTCDay()]} ${wall.toISOString().slice(0, 19).replace('T', ' ')}`;
}

/** `2026-12-24T18:05:00`, as `instantOf` reads it. */
export const showWall = (instant: Instant, timezone: string): string =>
  wallOf(instant, timezone).toISOString().slice(0, 19);

/** `18:05:00.250` */
export const showTime = (instant: Instant, timezone: string): string =>
  wallOf(instant, timezone).toISOString().slice(11, 23);
