import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOpen, nextChange } from '../../../src/dialplan/calendar.ts';
import type { Calendar, OpenSpan } from '../../../src/dialplan/plan.ts';

const budapest = 'Europe/Budapest';
const span = (from: string, to: string): OpenSpan => ({ from: minutes(from), to: minutes(to) });
const minutes = (clock: string): number => {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return hour * 60 + minute;
};

const office = [span('08:00', '17:00')];
const weekdays = [office, office, office, office, [span('08:00', '15:00')], [], []];

function calendar(parts: Partial<Pick<Calendar, 'week' | 'exceptions' | 'yearly'>> = {}): Calendar {
  const at = { file: 'test.yaml', line: 1, col: 1 };
  return { name: 'office', week: weekdays, exceptions: {}, yearly: {}, at, ...parts };
}

const every = (...spans: OpenSpan[]): readonly OpenSpan[][] => Array.from({ length: 7 }, () => spans);
const open = (what: Calendar, iso: string, zone = budapest): boolean => isOpen(what, zone, Date.parse(iso));
const next = (what: Calendar, iso: string, zone = budapest): string | undefined => {
  const change = nextChange(what, zone, Date.parse(iso));
  return change === undefined ? undefined : new Date(change).toISOString();
};

describe('an office that is open on weekdays', () => {
  it('opens and closes on the minute, by local time in winter and in summer', () => {
    // Monday, UTC+1.
    expect(open(calendar(), '2026-01-12T06:59:59.999Z')).toBe(false);
    expect(open(calendar(), '2026-01-12T07:00:00Z')).toBe(true);
    expect(open(calendar(), '2026-01-12T15:59:59.999Z')).toBe(true);
    expect(open(calendar(), '2026-01-12T16:00:00Z')).toBe(false);
    // Monday, UTC+2.
    expect(open(calendar(), '2026-07-13T05:59:59Z')).toBe(false);
    expect(open(calendar(), '2026-07-13T06:00:00Z')).toBe(true);
    expect(open(calendar(), '2026-07-13T15:00:00Z')).toBe(false);
  });

  it('knows its days', () => {
    expect(open(calendar(), '2026-11-20T13:30:00Z')).toBe(true); // Friday 14:30
    expect(open(calendar(), '2026-11-20T14:30:00Z')).toBe(false); // Friday 15:30
    expect(open(calendar(), '2026-11-21T10:00:00Z')).toBe(false); // Saturday
    expect(open(calendar(), '2026-11-22T10:00:00Z')).toBe(false); // Sunday
    expect(open(calendar(), '2026-11-23T10:00:00Z')).toBe(true); // Monday
  });

  it('says when it changes next', () => {
    expect(next(calendar(), '2026-11-20T13:00:00Z')).toBe('2026-11-20T14:00:00.000Z');
    expect(next(calendar(), '2026-11-20T14:00:00Z')).toBe('2026-11-23T07:00:00.000Z');
    expect(next(calendar(), '2026-11-23T07:00:00Z')).toBe('2026-11-23T16:00:00.000Z');
  });
});

describe('exceptions', () => {
  const withExceptions = calendar({
    exceptions: { '2026-12-24': [], '2026-12-12': [span('09:00', '12:00')], '2027-03-15': [span('10:00', '11:00')] },
    yearly: { '12-25': [], '03-15': [] },
  });

  it('replace the week on their day', () => {
    expect(open(withExceptions, '2026-12-24T10:00:00Z')).toBe(false); // a Thursday, closed
    expect(open(withExceptions, '2026-12-12T10:00:00Z')).toBe(true); // a Saturday, open
    expect(open(withExceptions, '2026-12-12T11:00:00Z')).toBe(false); // only until 12:00
  });

  it('of every year yield to those of one', () => {
    expect(open(withExceptions, '2026-12-25T10:00:00Z')).toBe(false); // a Friday
    expect(open(withExceptions, '2028-12-25T10:00:00Z')).toBe(false); // a Monday
    expect(open(withExceptions, '2028-03-15T09:30:00Z')).toBe(false); // a Wednesday
    expect(open(withExceptions, '2027-03-15T09:30:00Z')).toBe(true); // the Monday that has hours of its own
    expect(open(withExceptions, '2027-03-15T12:30:00Z')).toBe(false);
  });

  it('are seen coming', () => {
    expect(next(withExceptions, '2026-12-23T16:00:00Z')).toBe('2026-12-28T07:00:00.000Z');
    const always = calendar({ week: every(span('00:00', '24:00')), exceptions: { '2031-05-01': [] } });
    expect(next(always, '2026-01-01T00:00:00Z')).toBe('2031-04-30T22:00:00.000Z');
    expect(next(always, '2031-04-30T22:00:00Z')).toBe('2031-05-01T22:00:00.000Z');
    expect(next(always, '2031-05-01T22:00:00Z')).toBeUndefined();
  });

  it('on the 29th of February come in leap years alone', () => {
    const leap = calendar({ week: every(), yearly: { '02-29': [span('08:00', '09:00')] } });
    expect(open(leap, '2028-02-29T07:30:00Z')).toBe(true);
    expect(open(leap, '2027-03-01T07:30:00Z')).toBe(false);
    expect(next(leap, '2026-03-01T00:00:00Z')).toBe('2028-02-29T07:00:00.000Z');
    expect(next(leap, '2096-03-01T00:00:00Z')).toBe('2104-02-29T07:00:00.000Z');
  });
});

describe('a calendar without a change', () => {
  it('is open for ever', () => {
    const always = calendar({ week: every(span('00:00', '24:00')) });
    expect(open(always, '2026-12-31T22:59:59Z')).toBe(true);
    expect(open(always, '2026-12-31T23:00:00Z')).toBe(true);
    expect(next(always, '2026-12-31T23:00:00Z')).toBeUndefined();
  });

  it('is closed for ever', () => {
    const never = calendar({ week: every() });
    expect(open(never, '2026-06-15T10:00:00Z')).toBe(false);
    expect(next(never, '2026-06-15T10:00:00Z')).toBeUndefined();
  });
});

describe('a span past midnight', () => {
  const night = calendar({
    week: [[span('22:00', '30:00')], [], [], [], [], [], []],
    exceptions: { '2026-11-24': [] },
  });

  it('belongs to the day on which it begins', () => {
    expect(open(night, '2026-11-16T20:59:00Z')).toBe(false); // Monday 21:59
    expect(open(night, '2026-11-16T21:00:00Z')).toBe(true); // Monday 22:00
    expect(open(night, '2026-11-17T04:59:00Z')).toBe(true); // Tuesday 05:59
    expect(open(night, '2026-11-17T05:00:00Z')).toBe(false); // Tuesday 06:00
    expect(open(night, '2026-11-24T04:00:00Z')).toBe(true); // a closed Tuesday does not cut Monday's night short
    expect(next(night, '2026-11-24T00:00:00Z')).toBe('2026-11-24T05:00:00.000Z');
  });
});

describe('the clock in Budapest goes forward on 2026-03-29 and back on 2026-10-25', () => {
  it('a span that begins in the skipped hour begins when the hour is over', () => {
    const early = calendar({ week: every(span('02:30', '04:00')) });
    expect(open(early, '2026-03-29T00:59:59Z')).toBe(false); // 01:59:59
    expect(open(early, '2026-03-29T01:00:00Z')).toBe(true); // 03:00
    expect(next(early, '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(next(early, '2026-03-29T01:00:00Z')).toBe('2026-03-29T02:00:00.000Z'); // 04:00
  });

  it('a span that ends in the skipped hour ends when the hour begins', () => {
    const late = calendar({ week: every(span('00:00', '02:30')) });
    expect(open(late, '2026-03-29T00:59:59Z')).toBe(true);
    expect(open(late, '2026-03-29T01:00:00Z')).toBe(false);
    expect(next(late, '2026-03-29T00:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('what is open in the repeated hour is open twice', () => {
    const both = calendar({ week: every(span('02:15', '02:45')) });
    const opened = ['00:15', '01:15'].map(utc => open(both, `2026-10-25T${utc}:00Z`));
    const closed = ['00:14', '00:45', '01:14', '01:45'].map(utc => open(both, `2026-10-25T${utc}:00Z`));
    expect(opened).toEqual([true, true]);
    expect(closed).toEqual([false, false, false, false]);
    expect(next(both, '2026-10-25T00:20:00Z')).toBe('2026-10-25T00:45:00.000Z');
    expect(next(both, '2026-10-25T00:45:00Z')).toBe('2026-10-25T01:15:00.000Z');
  });

  it('what closes in the repeated hour opens again when the clock goes back', () => {
    const until = calendar({ week: every(span('00:00', '02:30')) });
    expect(next(until, '2026-10-25T00:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(next(until, '2026-10-25T00:30:00Z')).toBe('2026-10-25T01:00:00.000Z');
    expect(next(until, '2026-10-25T01:00:00Z')).toBe('2026-10-25T01:30:00.000Z');
  });

  it('an office opens at eight on both sides', () => {
    const daily = calendar({ week: every(span('08:00', '17:00')) });
    expect(next(daily, '2026-03-28T17:00:00Z')).toBe('2026-03-29T06:00:00.000Z');
    expect(next(daily, '2026-10-24T17:00:00Z')).toBe('2026-10-25T07:00:00.000Z');
  });
});

describe('in any zone', () => {
  const zones = fc.constantFrom(
    budapest,
    'UTC',
    'America/Havana',
    'Asia/Beirut',
    'Africa/Casablanca',
    'Australia/Lord_Howe',
    'America/Asuncion',
    'Asia/Kathmandu',
    'Pacific/Apia',
  );
  const clock = fc.integer({ min: 0, max: 95 }).map(quarter => quarter * 15);
  const spans = fc
    .tuple(clock, fc.integer({ min: 1, max: 96 }))
    .map(([from, quarters]): OpenSpan[] => [{ from, to: from + quarters * 15 }]);
  const anySpans = fc.oneof(spans, fc.constant<OpenSpan[]>([]));
  const days = fc
    .integer({ min: 0, max: 364 })
    .map(offset => new Date(Date.UTC(2026, 0, 1) + offset * 86_400_000).toISOString().slice(0, 10));

  it('the next change is the first quarter of an hour that differs', () => {
    fc.assert(
      fc.property(
        zones,
        fc.array(anySpans, { minLength: 7, maxLength: 7 }),
        fc.dictionary(days, anySpans, { maxKeys: 5 }),
        fc.dictionary(
          days.map(date => date.slice(5)),
          anySpans,
          { maxKeys: 3 },
        ),
        fc.integer({ min: 0, max: 365 * 96 }),
        (zone, week, exceptions, yearly, quarters) => {
          const what = calendar({ week, exceptions, yearly });
          const start = Date.UTC(2026, 0, 1) + quarters * 900_000;
          const state = isOpen(what, zone, start);
          let expected: number | undefined;
          for (let at = start + 900_000; at < start + 9 * 86_400_000; at += 900_000) {
            if (isOpen(what, zone, at) !== state) {
              expected = at;
              break;
            }
          }
          const change = nextChange(what, zone, start);
          if (expected !== undefined) expect(change).toBe(expected);
          else expect(change ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(start + 9 * 86_400_000);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('refuses a zone that does not exist', () => {
    expect(() => isOpen(calendar(), 'Europe/Buda', 0)).toThrow(RangeError);
  });
});
