/** Days, hours and dates as a calendar writes them. */
import { ok } from '../../base/result.ts';
import type { FindingCode } from '../catalogue.ts';
import type { OpenSpan } from '../plan.ts';
import { fault, quoted, type Reading } from './scalar.ts';
import { datesMeant, daysMeant, hoursMeant } from './timeMeant.ts';

const dayPattern = '(mon|tue|wed|thu|fri|sat|sun)';
const daySpan = `${dayPattern}(-${dayPattern})?`;
const hourSpan = ' ?[0-9]{1,2}:[0-9]{2} ?- ?[0-9]{1,2}:[0-9]{2} ?';
const date = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
/** For editors; what is more to be said of days, hours and dates, their readers say. */
export const daysPattern = `^(daily|\\s*${daySpan}\\s*(,\\s*${daySpan}\\s*)*)$`;
export const hoursPattern = `^${hourSpan}(,${hourSpan})*$`;
export const datesPattern = `^\\s*([0-9]{2}-[0-9]{2}|${date}\\s*(\\.\\.\\s*${date})?)\\s*$`;

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const daily = [0, 1, 2, 3, 4, 5, 6];

export const dayName = (index: number): string => days[index] ?? '';

/** `mon`, `mon-fri`, `fri-mon`, `mon,wed`, `daily`: indices, Monday being 0; a day may be in it twice. */
export const readDays = (text: string): Reading<readonly number[]> => withMeant(text, daysOf, daysMeant);

function daysOf(text: string): Reading<readonly number[]> {
  if (text === 'daily') return ok(daily);
  if (looksLikeHours(text)) return afterComma('BAD_DAY', text, 'day');
  const wrong = fault('BAD_DAY', `must be days of the week, not ${quoted(text)}`);
  if (text.length > 64) return wrong;
  const found: number[] = [];
  for (const part of text.split(',')) {
    const [first = '', last = first, ...more] = part.trim().split('-');
    const from = days.indexOf(first);
    const to = days.indexOf(last);
    if (from === -1 || to === -1 || more.length > 0) return wrong;
    for (let day = from; ; day = (day + 1) % 7) {
      found.push(day);
      if (day === to) break;
    }
  }
  return ok(found);
}

const looksLikeHours = (text: string): boolean => /^ ?[0-9]{1,2}:[0-9]{2} ?- ?[0-9]{1,2}:[0-9]{2} ?$/.test(text);

/** Within braces a comma ends the hours, and what follows it is read as the next key. */
const afterComma = (code: FindingCode, text: string, instead: string): Reading<never> =>
  fault(
    code,
    `stands where a ${instead} belongs: the comma before it ends the hours`,
    `put the hours in quotes: "…, ${text.trim()}"`,
  );

const midnight = 24 * 60;

/**
 * `08:00-17:00`, or several with commas. A span that ends before it begins runs past midnight, and belongs to the day
 * on which it begins.
 */
export const readHours = (text: string): Reading<readonly OpenSpan[]> => withMeant(text, hoursOf, hoursMeant);

function hoursOf(text: string): Reading<readonly OpenSpan[]> {
  if (text.length > 200) return fault('BAD_HOURS', 'has more spans than a day');
  const spans: OpenSpan[] = [];
  for (const part of text.split(',')) {
    const match = /^ ?([0-9]{1,2}):([0-9]{2}) ?- ?([0-9]{1,2}):([0-9]{2}) ?$/.exec(part);
    if (match === null) return fault('BAD_HOURS', `must be hours such as 08:00-17:00, not ${quoted(part.trim())}`);
    const [from, to] = [minutes(match[1], match[2]), minutes(match[3], match[4])];
    if (from === undefined || to === undefined || from === midnight) {
      return fault('BAD_HOURS', `names a time that no clock shows: ${quoted(part.trim())}`);
    }
    if (from === to) return fault('BAD_HOURS', 'begins and ends at the same time', 'a whole day is 00:00-24:00');
    spans.push({ from, to: to < from ? to + midnight : to });
  }
  return ok(spans);
}

function minutes(hour = '', minute = ''): number | undefined {
  const total = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && total <= midnight ? total : undefined;
}

/** Reads it; where it cannot be read in this form, and says nothing better, the remedy is what was most likely meant. */
function withMeant<T>(
  text: string,
  read: (text: string) => Reading<T>,
  meant: (text: string) => readonly string[],
): Reading<T> {
  const reading = read(text);
  if (reading.ok || reading.error.remedy !== undefined) return reading;
  const right = [...new Set(meant(text))].filter(each => read(each).ok);
  if (right.length === 0) return reading;
  const written = right.map(each => (/[,:]/.test(each) ? `"${each}"` : each));
  return fault(reading.error.code, reading.error.message, `write ${written.join(' or ')}`);
}

/** Days that are written as one: `YYYY-MM-DD` from the first to the last, or `MM-DD` of every year. */
export type DateSpan =
  | { readonly kind: 'once'; readonly from: string; readonly to: string }
  | { readonly kind: 'yearly'; readonly day: string };

/** One day, not several. */
export const isDay = (span: DateSpan): boolean => span.kind === 'yearly' || span.from === span.to;

const longestSpan = 366;

export const readDates = (text: string): Reading<DateSpan> => withMeant(text, datesRead, datesMeant);

function datesRead(text: string): Reading<DateSpan> {
  if (looksLikeHours(text)) return afterComma('BAD_DATE', text, 'date');
  const parts = text.length > 40 ? [] : text.split('..').map(part => part.trim());
  const [from = '', to = from] = parts;
  if (parts.length === 1 && /^[0-9]{2}-[0-9]{2}$/.test(from)) {
    // A leap year has every day that a year can have.
    return isDate(`2000-${from}`)
      ? ok({ kind: 'yearly', day: from })
      : impossible(from, 'month first, then day: 12-24');
  }
  if (parts.length < 1 || parts.length > 2 || ![from, to].every(part => /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(part))) {
    return fault('BAD_DATE', `must be a date such as 2026-12-24, not ${quoted(text)}`, dateRemedy(text));
  }
  for (const date of [from, to]) {
    if (!isDate(date)) return impossible(date);
    if (date < '2000' || date >= '2100') return fault('BAD_DATE', `names a day that is far away: ${date}`);
  }
  if (to < from) return fault('BAD_DATE', `ends before it begins: ${text}`, `write ${to}..${from}`);
  if (datesOf({ kind: 'once', from, to }).length > longestSpan) return fault('BAD_DATE', 'is longer than a year');
  return ok({ kind: 'once', from, to });
}

/** Where the year is left out. */
function dateRemedy(text: string): string | undefined {
  const meant = datesMeant(text);
  const yearly = meant.filter(day => day.length === 5 && isDate(`2000-${day}`));
  if (yearly.length > 0) return `a day of every year is month-day with a hyphen: ${[...new Set(yearly)].join(' or ')}`;
  if (meant.some(each => /^[0-9]{2}-/.test(each) && each.includes('..'))) {
    return 'a span is of one year, 2026-12-24..2026-12-26; of every year, list each day: 12-24, 12-25, 12-26';
  }
  return undefined;
}

const impossible = (date: string, remedy?: string): Reading<never> =>
  fault('BAD_DATE', `names a day that no calendar has: ${date}`, remedy);

const dayLength = 86_400_000;

function isDate(text: string): boolean {
  const instant = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}

/** `YYYY-MM-DD` (or `MM-DD`) of each day of the span. */
export function datesOf(span: DateSpan): readonly string[] {
  if (span.kind === 'yearly') return [span.day];
  const dates: string[] = [];
  const last = Date.parse(`${span.to}T00:00:00Z`);
  for (let day = Date.parse(`${span.from}T00:00:00Z`); day <= last && dates.length <= longestSpan; day += dayLength) {
    dates.push(new Date(day).toISOString().slice(0, 10));
  }
  return dates;
}
