import { describe, expect, it } from 'vitest';
import { countries, holidaysOf } from '../../../src/dialplan/calendar/holidays.ts';
import { isOpen, nextChange } from '../../../src/dialplan/index.ts';
import type { Calendar } from '../../../src/dialplan/plan.ts';

const at = { file: 'plan.yaml', line: 1, col: 1 };
const workdays = [0, 1, 2, 3, 4, 5, 6].map(day => (day < 5 ? [{ from: 480, to: 1020 }] : []));
const office: Calendar = { name: 'office', week: workdays, exceptions: {}, yearly: {}, holidays: 'HU', at };
const open = (calendar: Calendar, instant: string): boolean => isOpen(calendar, 'Europe/Budapest', Date.parse(instant));

describe('the holidays of a country', () => {
  it.each([
    // Easter Sundays, from the tables of the churches.
    ['DE', 'e', ['2024-03-31', '2025-04-20', '2026-04-05', '2027-03-28', '2038-04-25', '2076-04-19']],
    ['RO', 'o', ['2024-05-05', '2025-04-20', '2026-04-12', '2027-05-02', '2038-04-25']],
  ] as const)('%s go by Easter', (country, _, easters) => {
    for (const easter of easters) {
      const monday = new Date(Date.parse(`${easter}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
      expect(holidaysOf(country, Number(easter.slice(0, 4)))).toContain(monday);
    }
  });

  it('are those of Hungary in 2027', () => {
    expect([...holidaysOf('HU', 2027)]).toEqual(
      '01-01 03-15 03-26 03-28 03-29 05-01 05-16 05-17 08-20 10-23 11-01 12-24 12-25 12-26'
        .split(' ')
        .map(day => `2027-${day}`),
    );
  });

  it('are dates that there are, for every country and year', () => {
    for (const country of countries) {
      for (let year = 2000; year < 2100; year++) {
        const dates = [...holidaysOf(country, year)];
        expect(dates.length).toBeGreaterThan(7);
        for (const date of dates) expect(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date);
      }
    }
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
