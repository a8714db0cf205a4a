import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOpen, nextChange } from '../../../src/dialplan/calendar.ts';
import { compileDialplan } from '../../../src/dialplan/index.ts';
import {
  type HandState,
  handledCalendars,
  handsOn,
  isOpenNow,
  keptOverrides,
  overrideAt,
  overrideFrom,
} from '../../../src/dialplan/override.ts';
import { overridePromptNames, overrideText } from '../../../src/dialplan/overridePrompts.ts';
import type { Calendar } from '../../../src/dialplan/plan.ts';
import { segmentsOf } from '../../../src/prompts/segments.ts';
import { handledPlan } from '../../support/handledPlan.ts';

const zone = 'Europe/Budapest';
const { calendars } = handledPlan();
const office = calendars.always as Calendar;
const instant = (iso: string): number => Date.parse(iso);
const end = (iso: string, state: HandState, calendar = office): string | undefined => {
  const { until } = overrideFrom(calendar, zone, { state, by: '10', at: instant(iso) });
  return until === undefined ? undefined : new Date(until).toISOString().slice(0, 16);
};

describe('an override', () => {
  // A Monday in winter: eight to five is 07:00 to 16:00 in UTC.
  it('lasts until the timetable turns to the same by itself', () => {
    expect(end('2026-11-23T14:30:00Z', 'closed')).toBe('2026-11-23T16:00');
    expect(end('2026-11-23T18:00:00Z', 'open')).toBe('2026-11-24T07:00');
  });

  it('that says what the timetable says lasts over its next change', () => {
    expect(end('2026-11-23T15:30:00Z', 'open')).toBe('2026-11-24T07:00');
    expect(end('2026-11-23T06:30:00Z', 'closed')).toBe('2026-11-23T16:00');
    // On a Friday evening: until Monday's closing time.
    expect(end('2026-11-27T17:00:00Z', 'closed')).toBe('2026-11-30T16:00');
  });

  it('lasts until further notice where the dialplan says so, or the timetable never changes', () => {
    const further = handledPlan({ until: 'furtherNotice' }).calendars.always as Calendar;
    expect(end('2026-11-23T14:30:00Z', 'closed', further)).toBeUndefined();
    const always = handledPlan({}, { week: Array.from({ length: 7 }, () => [{ from: 0, to: 1440 }]) });
    expect(end('2026-11-23T14:30:00Z', 'closed', always.calendars.always)).toBeUndefined();
    expect(end('2026-11-23T14:30:00Z', 'open', always.calendars.always)).toBeUndefined();
  });

  it('counts up to its end, and goes before the timetable', () => {
    const at = instant('2026-11-23T14:30:00Z');
    const overrides = { always: overrideFrom(office, zone, { state: 'closed', by: '10', at }) };
    const openAt = (iso: string): boolean => isOpenNow(office, zone, overrides, instant(iso));
    expect(isOpen(office, zone, at)).toBe(true);
    expect(openAt('2026-11-23T14:30:00Z')).toBe(false);
    expect(overrideAt(overrides, 'always', instant('2026-11-23T15:59:59.999Z'))).toBeDefined();
    expect(overrideAt(overrides, 'always', instant('2026-11-23T16:00:00Z'))).toBeUndefined();
    expect(openAt('2026-11-23T20:00:00Z')).toBe(false);
    expect(openAt('2026-11-24T07:00:00Z')).toBe(true);
    expect(overrideAt({}, 'constructor', at)).toBeUndefined();
  });

  it('ends without a jump, by the second change of the timetable at the latest', () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    const span = fc
      .tuple(minute, fc.integer({ min: 1, max: 1439 }))
      .map(([from, length]) => ({ from, to: from + length }));
    const week = fc.array(fc.array(span, { maxLength: 2 }), { minLength: 7, maxLength: 7 });
    const moments = fc.integer({ min: instant('2026-03-20T00:00:00Z'), max: instant('2026-11-10T00:00:00Z') });
    fc.assert(
      fc.property(week, moments, fc.constantFrom<HandState>('open', 'closed'), (spans, at, state) => {
        const calendar: Calendar = { ...office, week: spans };
        const override = overrideFrom(calendar, zone, { state, by: '10', at });
        const { until } = override;
        const first = nextChange(calendar, zone, at);
        if (until === undefined) return first === undefined;
        const second = first === undefined ? undefined : nextChange(calendar, zone, first);
        const open = (when: number): boolean => isOpenNow(calendar, zone, { always: override }, when);
        return (
          until > at &&
          (until === first || until === second) &&
          open(until - 1) === open(until) &&
          open(at) === (state === 'open')
        );
      }),
    );
  });

  it('is forgotten with its calendar, with its code, and with its time', () => {
    const at = instant('2026-11-23T14:30:00Z');
    const overrides = {
      always: overrideFrom(office, zone, { state: 'closed', by: '10', at }),
      gone: { state: 'open', by: '10', since: at, until: undefined },
    } as const;
    expect(Object.keys(keptOverrides(overrides, { calendars }, at))).toEqual(['always']);
    const { override: _, ...withoutCode } = office;
    expect(keptOverrides(overrides, { calendars: { always: withoutCode } }, at)).toEqual({});
    expect(keptOverrides(overrides, { calendars }, instant('2026-11-23T16:00:00Z'))).toEqual({});
  });
});

it('hands are laid on calendars in every combination, the fewest first', () => {
  expect([...handsOn(['a', 'b', 'c'])].map(names => names.join(''))).toEqual(['a', 'b', 'c', 'ab', 'ac', 'bc', 'abc']);
  expect(handledCalendars(handledPlan())).toEqual(['always']);
  expect(handledCalendars({ ...handledPlan(), schedules: {} })).toEqual([]);
});

const yaml = (languages: string, override: string, prompts = ''): string => `kozpont: 1
company: { name: Example, timezone: Europe/Budapest, languages: [${languages}] }
prompts: { bye: Goodbye.${prompts} }
calendars: { office: { open: { daily: "00:00-24:00" }, override: ${override} } }
extensions: { "10": { name: Anna } }
numbers: { "+361": { calendar: office, open: extension:10, closed: goodbye:bye } }
transfer: { recall: { otherwise: goodbye:bye } }
`;

function compiled(source: string) {
  const result = compileDialplan(source, 'plan.yaml');
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

describe('a calendar with a code', () => {
  it('is compiled with all that can be dialled', () => {
    const { plan, diagnostics } = compiled(yaml('en', '{ code: "*28", until: furtherNotice, by: ["10"] }'));
    // Always open by its timetable: it is there to be closed by hand.
    expect(diagnostics).toEqual([]);
    expect(plan.calendars.office?.override).toMatchObject({
      code: '*28',
      until: 'furtherNotice',
      by: ['10'],
      at: { line: 4, col: 74 },
    });
    expect(plan.calendarCodes).toEqual({
      '*28': { calendar: 'office', act: 'toggle' },
      '*280': { calendar: 'office', act: 'timetable' },
      '*281': { calendar: 'office', act: 'open' },
      '*282': { calendar: 'office', act: 'closed' },
      '*283': { calendar: 'office', act: 'tell' },
    });
    expect(compiled(yaml('en', '28')).plan.calendars.office?.override).toMatchObject({
      code: '28',
      until: 'timetable',
    });
  });

  it('brings what is said about it, in the language of the company, unless the dialplan has its own words', () => {
    const { plan } = compiled(yaml('hu, en', '"*28"').replace('bye: Goodbye.', 'bye: { hu: Viszlát., en: Bye. }'));
    expect(plan.prompts.overrideClosed?.text).toEqual({ hu: overrideText('overrideClosed', 'hu') });
    const own = compiled(yaml('en', '"*28"', ', overrideClosed: Shut.'));
    expect(own.diagnostics).toEqual([]);
    expect(own.plan.prompts.overrideClosed?.text).toEqual({ en: 'Shut.' });
    expect(own.plan.prompts.overrideOpen?.text).toEqual({ en: overrideText('overrideOpen', 'en') });
  });

  it('has no prompts where no calendar has a code', () => {
    const { plan } = compiled(yaml('en', '"*28"').replace(', override: "*28"', ', closed: [12-24]'));
    expect(Object.keys(plan.prompts)).toEqual(['bye']);
    expect(plan).not.toHaveProperty('calendarCodes');
  });

  it('is spoken of in three languages, each in words of its own, and in English by an English voice elsewhere', () => {
    for (const name of overridePromptNames) {
      const texts = ['en', 'hu', 'ru'].map(language => overrideText(name, language));
      expect(new Set(texts).size).toBe(3);
      expect(overrideText(name, 'en-gb')).toBe(texts[0]);
      expect(segmentsOf(overrideText(name, 'de'), 'de')).toEqual([{ language: 'en', text: texts[0] }]);
      expect(overrideText(name, 'constructor')).toBe(overrideText(name, 'de'));
    }
  });
});
