import { describe, expect, it } from 'vitest';
import { holidaysOf, holidayYears, troubleWith } from '../../../src/dialplan/calendar/holidays.ts';
import { isOpen, nextChange } from '../../../src/dialplan/index.ts';
import type { Calendar } from '../../../src/dialplan/plan.ts';

const at = { file: 'plan.yaml', line: 1, col: 1 };
const workdays = [0, 1, 2, 3, 4, 5, 6].map(day => (day < 5 ? [{ from: 480, to: 1020 }] : []));
const holidays = holidaysOf('HU');
const office: Calendar = { name: 'office', week: workdays, exceptions: {}, yearly: {}, holidays, at };
const open = (calendar: Calendar, instant: string): boolean => isOpen(calendar, 'Europe/Budapest', Date.parse(instant));

const inYear = (place: string, year: number): readonly string[] =>
  Object.keys(holidaysOf(place))
    .filter(date => date.startsWith(`${year}-`))
    .map(date => date.slice(5))
    .sort();

/**
 * What the laws of twelve countries say, written down apart from the package: dates, and days from Easter Sunday (`e`
 * by the Gregorian calendar, `o` by the Orthodox).
 */
const laws = {
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
} as const;

/** From the tables of the churches. */
const easters = {
  e: ['2024-03-31', '2025-04-20', '2026-04-05', '2027-03-28', '2028-04-16', '2029-04-01', '2030-04-21'],
  o: ['2024-05-05', '2025-04-20', '2026-04-12', '2027-05-02', '2028-04-16', '2029-04-08', '2030-04-28'],
} as const;

/** Laws that came later than 2024. */
const notYet: Readonly<Record<string, readonly string[]>> = { IT: ['2024-10-04', '2025-10-04'], PL: ['2024-12-24'] };

function byLaw(country: keyof typeof laws, year: number): readonly string[] {
  const dates = laws[country].split(' ').map(rule => {
    if (!rule.startsWith('e') && !rule.startsWith('o')) return rule;
    const easter = easters[rule[0] as 'e' | 'o'].find(date => date.startsWith(`${year}`)) ?? '';
    return new Date(Date.parse(easter) + Number(rule.slice(1)) * 86_400_000).toISOString().slice(5, 10);
  });
  return [...new Set(dates)].filter(date => notYet[country]?.includes(`${year}-${date}`) !== true).sort();
}

describe('public holidays', () => {
  it.each(Object.keys(laws) as (keyof typeof laws)[])('of %s are those of its law, from 2024 to 2030', country => {
    for (let year = 2024; year <= 2030; year++)
      expect([year, inYear(country, year)]).toEqual([year, byLaw(country, year)]);
  });

  it('of a region are its own, and those of the country', () => {
    const ofCountry = inYear('DE', 2027);
    const ofBavaria = inYear('DE-BY', 2027);
    expect(ofBavaria.filter(date => !ofCountry.includes(date))).toEqual(['01-06', '05-27', '11-01']);
    expect(inYear('DE-BY-A', 2027).filter(date => !ofBavaria.includes(date))).toEqual(['08-08', '08-15']);
    // In England Christmas Day of 2027 is a Saturday: two days are given for it and the next.
    expect(inYear('GB-ENG', 2027).slice(-4)).toEqual(['12-25', '12-26', '12-27', '12-28']);
  });

  it('are whole days: one that lasts for several is all of them, and half a day is none', () => {
    expect(inYear('RU', 2027).slice(0, 8)).toEqual([
      '01-01',
      '01-02',
      '01-03',
      '01-04',
      '01-05',
      '01-06',
      '01-07',
      '01-08',
    ]);
    expect(inYear('IS', 2027)).not.toContain('12-24');
    expect(inYear('IS', 2027)).toContain('12-25');
  });

  it('are dates that there are, for every year that a plan carries', () => {
    const dates = Object.keys(holidays);
    for (const date of dates) expect(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date);
    for (let year: number = holidayYears.first; year <= holidayYears.last; year++) {
      expect(inYear('HU', year).length).toBeGreaterThan(12);
    }
  });

  it('are known or not, with what there is instead', () => {
    for (const place of ['HU', 'DE', 'DE-BY', 'DE-BY-A', 'GB-ENG']) expect(troubleWith(place)).toBeUndefined();
    for (const place of ['XX', 'hu', '', 'HUN', 'constructor', '__proto__', 'DE-BY-A-B', '../DE', 'DE BY']) {
      expect(troubleWith(place)).toEqual({ kind: 'noCountry' });
    }
    expect(troubleWith('DE-XX')).toMatchObject({
      kind: 'noRegion',
      of: 'DE',
      regions: expect.arrayContaining(['BY', 'BE']),
    });
    expect(troubleWith('DE-BY-X')).toMatchObject({ kind: 'noRegion', of: 'DE-BY' });
    expect(troubleWith('HU-BU')).toEqual({ kind: 'noRegion', of: 'HU', regions: [] });
  });

  it('close a calendar, unless a date of its own says otherwise', () => {
    expect(open(office, '2027-03-25T10:00:00Z')).toBe(true);
    expect(open(office, '2027-03-26T10:00:00Z')).toBe(false);
    const special = { ...office, exceptions: { '2027-03-26': [{ from: 600, to: 700 }] } };
    expect(open(special, '2027-03-26T10:00:00Z')).toBe(true);
    expect(open({ ...office, yearly: { '03-15': [{ from: 0, to: 1440 }] } }, '2027-03-15T10:00:00Z')).toBe(true);
  });

  it('are changes that are foreseen, where the week has none', () => {
    const always = { ...office, week: workdays.map(() => [{ from: 0, to: 1440 }]) };
    const change = nextChange(always, 'Europe/Budapest', Date.parse('2027-05-20T10:00:00Z'));
    expect(new Date(change ?? 0).toISOString()).toBe('2027-08-19T22:00:00.000Z');
  });
});
