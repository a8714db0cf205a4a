/** The clock on the wall of a time zone, by the platform's own tables. */
import type { Duration, Instant } from '../../base/clock.ts';

/** Every change of every zone since 1972 comes on a full quarter of an hour of UTC. */
const quarter = 900_000;
export const minute = 60_000;
export const day = 86_400_000;

/** A local time as if it were UTC: `Date` can take it apart without looking at any zone. */
export type WallTime = number;

export interface Zone {
  /** How far the wall clock is ahead of UTC at that instant. */
  offsetAt(instant: Instant): Duration;
}

const zones = new Map<string, Zone>();
const mostZones = 64;

/** `timezone` is an IANA name; throws a RangeError where there is no such zone. */
export function zoneOf(timezone: string): Zone {
  const known = zones.get(timezone);
  if (known !== undefined) return known;
  const zone = createZone(timezone);
  if (zones.size >= mostZones) zones.clear();
  zones.set(timezone, zone);
  return zone;
}

/** Enough for the turns of ten calendars through a year. */
const mostQuarters = 16_384;

/** Formatting costs many microseconds, so the offsets of quarters that were asked for are kept: they cannot change. */
function createZone(timezone: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const known = new Map<Instant, Duration>();
  let latest = Number.NaN;
  let offset = 0;
  return {
    offsetAt(instant) {
      const start = Math.floor(instant / quarter) * quarter;
      if (start !== latest) {
        const before = known.get(start);
        offset = before ?? wallOf(format, start) - start;
        latest = start;
        if (before === undefined) {
          if (known.size >= mostQuarters) known.clear();
          known.set(start, offset);
        }
      }
      return offset;
    },
  };
}

function wallOf(format: Intl.DateTimeFormat, instant: Instant): WallTime {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, hour = 0, minute: minutes = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, parts.day, hour, minutes, second);
}

/** The instants at which the wall clock shows `wall`: one, none in the hour that spring skips, two in autumn's. */
export function instantsAt(zone: Zone, wall: WallTime): readonly Instant[] {
  const offsets = new Set([zone.offsetAt(wall - day), zone.offsetAt(wall + day)]);
  return [...offsets].map(offset => wall - offset).filter(instant => instant + zone.offsetAt(instant) === wall);
}

/** When the wall clock is put forward or back between two instants, at most one change apart. */
export function clockChange(zone: Zone, from: Instant, to: Instant): Instant | undefined {
  let before = Math.floor(from / quarter);
  let after = Math.ceil(to / quarter);
  const offset = zone.offsetAt(before * quarter);
  if (zone.offsetAt(after * quarter) === offset) return undefined;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone.offsetAt(middle * quarter) === offset) before = middle;
    else after = middle;
  }
  return after * quarter;
}
