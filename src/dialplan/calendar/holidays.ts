/**
 * The public holidays of countries and their regions, from the package date-holidays (ISC, its data CC BY 3.0). It is
 * large, and loaded by the first dialplan that asks for it alone: a plan carries the dates, and a call needs no more.
 */
import { createRequire } from 'node:module';
import type { default as Holidays, HolidaysTypes } from 'date-holidays';

/** A country (ISO 3166-1), a region of it (ISO 3166-2), and where it has some, a part of that: `DE`, `DE-BY`, `DE-BY-A`. */
export type HolidayPlace = string;

/** Wide enough for every dialplan that is written now; what comes after is as good as unknown to anybody. */
export const holidayYears = { first: 2024, last: 2040 } as const;

export const placePattern = '^[A-Z]{2}(-[A-Za-z0-9]{1,8}){0,2}$';
const pattern = new RegExp(placePattern);

/** What the package does not have: the law, and since when it counts. */
const additions: Readonly<Record<HolidayPlace, readonly { readonly date: string; readonly since: number }[]>> = {
  // Act I of 2012 (the Labour Code), section 102, as it was amended for 2024.
  HU: [{ date: '12-24', since: 2024 }],
};

type Constructor = typeof Holidays;
let loaded: Constructor | undefined;

function library(): Constructor {
  loaded ??= createRequire(import.meta.url)('date-holidays') as Constructor;
  return loaded;
}

export type PlaceTrouble =
  | { readonly kind: 'noCountry' }
  /** `regions`: those that there are; empty for a country, or a region, that has none. */
  | { readonly kind: 'noRegion'; readonly of: string; readonly regions: readonly string[] };

/** Why a text names no place whose holidays are known; undefined where it does. */
export function troubleWith(place: string): PlaceTrouble | undefined {
  const [country = '', region, part] = place.split('-');
  const known = new (library())();
  if (!pattern.test(place) || !Object.hasOwn(known.getCountries(), country)) return { kind: 'noCountry' };
  if (region === undefined) return undefined;
  const regions = Object.keys(known.getStates(country) ?? {});
  if (!regions.includes(region)) return { kind: 'noRegion', of: country, regions };
  if (part === undefined) return undefined;
  const parts = Object.keys(known.getRegions(country, region) ?? {});
  return parts.includes(part) ? undefined : { kind: 'noRegion', of: `${country}-${region}`, regions: parts };
}

const known = new Map<HolidayPlace, Readonly<Record<string, true>>>();
const mostKnown = 100;

/** `YYYY-MM-DD` of each public holiday of `holidayYears` that lasts a day or more; of a place that is known. */
export function holidaysOf(place: HolidayPlace): Readonly<Record<string, true>> {
  const before = known.get(place);
  if (before !== undefined) return before;
  const [country = '', region = '', part = ''] = place.split('-');
  const calendar = new (library())(country, region, part, { types: ['public'] });
  const dates: Record<string, true> = Object.create(null);
  for (let year: number = holidayYears.first; year <= holidayYears.last; year++) {
    for (const holiday of calendar.getHolidays(year)) for (const date of daysOf(holiday)) dates[date] = true;
    for (const { date, since } of additions[country] ?? []) if (year >= since) dates[`${year}-${date}`] = true;
  }
  if (known.size >= mostKnown) known.clear();
  known.set(place, dates);
  return dates;
}

const day = 86_400_000;

/** Half a day is none: an office that closes at noon says so under `exceptions`. */
function daysOf({ date, start, end }: HolidaysTypes.Holiday): readonly string[] {
  const first = Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
  if (!date.slice(11).startsWith('00:00')) return [];
  // A day on which the clock changes is an hour longer or shorter.
  const days = Math.round((end.getTime() - start.getTime()) / day);
  return Array.from({ length: days }, (_, index) => new Date(first + index * day).toISOString().slice(0, 10));
}
