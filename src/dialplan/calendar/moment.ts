import type { Instant } from '../../base/clock.ts';
import { instantsAt, zoneOf } from './zone.ts';

/**
 * `2026-12-24T18:05` (`T` or a space; seconds may follow) on the wall clock of a zone: the instant, the first of two in
 * the hour that autumn repeats, and the end of the hour that spring skips. With `Z` or an offset: that instant.
 */
export function parseMoment(text: string, timezone: string): Instant | undefined {
  const match =
    /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?))?(Z|[+-][0-9]{2}:[0-9]{2})?$/.exec(
      text.trim(),
    );
  if (match === null) return undefined;
  const [, date = '', time = '00:00', offset] = match;
  const wall = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return undefined;
  if (offset !== undefined) return Date.parse(`${date}T${time}${offset}`);
  const zone = zoneOf(timezone);
  const instants = instantsAt(zone, wall);
  return instants.length > 0 ? Math.min(...instants) : wall - zone.offsetAt(wall - 86_400_000);
}

const weekdays = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

/** `2026-12-24T18:05`, by the wall clock of the zone. */
export const wallClock = (at: Instant, timezone: string): string =>
  new Date(at + zoneOf(timezone).offsetAt(at)).toISOString().slice(0, 16);

/** `Thu`, by the wall clock of the zone. */
export const weekdayOf = (at: Instant, timezone: string): string =>
  weekdays[Math.floor((at + zoneOf(timezone).offsetAt(at)) / 86_400_000) % 7] ?? '';
