/**
 * The public holidays of countries in which all of them are fixed dates or days around Easter, and hold in the whole
 * country. Elsewhere days are moved or differ by region: there a dialplan lists them.
 */

/** `MM-DD`, or days from Easter Sunday: `e` by the Gregorian calendar, `o` by the Orthodox. */
type Rule = string;

const rules = {
  AT: '01-01 01-06 e+1 05-01 e+39 e+50 e+60 08-15 10-26 11-01 12-08 12-25 12-26',
  BE: '01-01 e+1 05-01 e+39 e+50 07-21 08-15 11-01 11-11 12-25',
  CZ: '01-01 e-2 e+1 05-01 05-08 07-05 07-06 09-28 10-28 11-17 12-24 12-25 12-26',
  DE: '01-01 e-2 e+1 05-01 e+39 e+50 10-03 12-25 12-26',
  ES: '01-01 01-06 e-2 05-01 08-15 10-12 11-01 12-06 12-08 12-25',
  FR: '01-01 e+1 05-01 e+39 05-08 e+50 07-14 08-15 11-01 11-11 12-25',
  HR: '01-01 01-06 e+0 e+1 05-01 e+60 05-30 06-22 08-05 08-15 11-01 11-18 12-25 12-26',
  HU: '01-01 03-15 e-2 e+0 e+1 05-01 e+49 e+50 08-20 10-23 11-01 12-24 12-25 12-26',
  IT: '01-01 01-06 e+0 e+1 04-25 05-01 06-02 08-15 10-04 11-01 12-08 12-25 12-26',
  PL: '01-01 01-06 e+0 e+1 05-01 05-03 e+49 e+60 08-15 11-01 11-11 12-24 12-25 12-26',
  RO: '01-01 01-02 01-06 01-07 01-24 o-2 05-01 o+0 o+1 06-01 o+49 o+50 08-15 11-30 12-01 12-25 12-26',
  SI: '01-01 01-02 02-08 e+0 e+1 04-27 05-01 05-02 e+49 06-25 08-15 10-31 11-01 12-25 12-26',
} as const satisfies Readonly<Record<string, string>>;

/** ISO 3166-1 alpha-2. */
export type Country = keyof typeof rules;

export const countries = Object.keys(rules) as readonly Country[];

const known = new Map<string, ReadonlySet<string>>();
const mostKnown = 1_000;

/** `YYYY-MM-DD` of each public holiday of a year. */
export function holidaysOf(country: Country, year: number): ReadonlySet<string> {
  const key = `${country}${year}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const dates = new Set(rules[country].split(' ').map(rule => dateOf(rule, year)));
  if (known.size >= mostKnown) known.clear();
  known.set(key, dates);
  return dates;
}

export const isHoliday = (country: Country, date: string): boolean =>
  holidaysOf(country, Number(date.slice(0, 4))).has(date);

const day = 86_400_000;

function dateOf(rule: Rule, year: number): string {
  const kind = rule[0];
  if (kind !== 'e' && kind !== 'o') return `${year}-${rule}`;
  const easter = kind === 'e' ? gregorianEaster(year) : orthodoxEaster(year);
  return new Date(easter + Number(rule.slice(1)) * day).toISOString().slice(0, 10);
}

/** The anonymous Gregorian algorithm (Meeus, Jones, Butcher). */
function gregorianEaster(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * e + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1);
}

/** Meeus's Julian algorithm; the calendars are 13 days apart from 1900 to 2099, which is as far as a dialplan goes. */
function orthodoxEaster(year: number): number {
  const d = (19 * (year % 19) + 15) % 30;
  const e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7;
  const n = d + e + 114;
  return Date.UTC(year, Math.floor(n / 31) - 1, (n % 31) + 1) + 13 * day;
}
