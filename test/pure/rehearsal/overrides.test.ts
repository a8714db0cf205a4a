import { describe, expect, it } from 'vitest';
import type { Calendar, Dialplan } from '../../../src/dialplan/plan.ts';
import {
  cover,
  coverageOf,
  findingsOfProof,
  inspectStory,
  overridesAt,
  parseOverrides,
  parseStories,
  playStory,
  prove,
  simulate,
  usualAnswer,
} from '../../../src/rehearsal/index.ts';
import { everyRegime } from '../../../src/rehearsal/proof/hands.ts';
import { handledPlan } from '../../support/handledPlan.ts';
import { officePlan, to } from '../../support/plan.ts';

/** A Monday, ten in the morning in Budapest. */
const from = Date.parse('2026-11-23T09:00:00Z');
const allWeek = Array.from({ length: 7 }, () => [{ from: 0, to: 1440 }]);
const { announcements } = officePlan();
const closed = announcements.closed;
if (closed === undefined) throw new Error('the office has changed');

/** Open at every hour, and a trap for those who call while it is closed by hand. */
const trap = (plan: Partial<Dialplan> = {}): Dialplan =>
  handledPlan(
    {},
    { week: allWeek, plan: { announcements: { closed: { ...closed, then: to('announcement', 'closed') } }, ...plan } },
  );

describe('the regimes', () => {
  it('are those of the timetables and all that hands make of them', () => {
    const { always } = handledPlan().calendars;
    if (always === undefined) throw new Error('no calendar');
    const plan = handledPlan(
      {},
      { plan: { calendars: { always, night: { ...always, name: 'night', week: allWeek } } } },
    );
    const schedules = { ...plan.schedules, night: { ...plan.schedules.office, name: 'night', calendar: 'night' } };
    const show = (some: Dialplan) =>
      everyRegime(some, from).regimes.map(({ open, overrides }) => [
        open.join(),
        Object.entries(overrides).map(([name, { state }]) => `${name} ${state}`),
      ]);
    expect(show({ ...plan, schedules } as Dialplan)).toEqual([
      ['always,night', []],
      ['night', []],
      ['always', ['night closed']],
      ['', ['night closed']],
    ]);
    // Nothing goes by the night's calendar.
    expect(show(plan).map(([open]) => open)).toEqual(['always,night', 'night']);
  });

  it('are not all looked at where there are too many of them', () => {
    const { always } = handledPlan().calendars;
    const names = Array.from({ length: 24 }, (_, index) => `c${index}`);
    const calendars = Object.fromEntries(names.map(name => [name, { ...(always as Calendar), name }]));
    const schedules = Object.fromEntries(
      names.map(name => [name, { ...handledPlan().schedules.office, name, calendar: name }]),
    ) as Dialplan['schedules'];
    const { regimes, complete } = everyRegime({ ...handledPlan(), calendars, schedules }, from);
    expect(complete).toBe(false);
    expect(regimes).toHaveLength(1024);
  });
});

describe('the proof', () => {
  it('finds nothing in an office that is closed by hand, and looks at each code', () => {
    const before = prove(officePlan(), { from });
    const { counterExamples, complete, entries, regimes } = prove(handledPlan({}, { week: allWeek }), { from });
    expect(counterExamples).toEqual([]);
    expect({ complete, entries, regimes }).toEqual({ complete: true, entries: before.entries + 5, regimes: 2 });
  });

  it('finds a caller who is lost only while somebody has closed by hand, and says so', () => {
    const proof = prove(trap(), { from });
    expect(proof.counterExamples.map(({ verdict, regime }) => [verdict.kind, regime.overrides.always?.state])).toEqual([
      ['forEver', 'closed'],
    ]);
    const [finding] = findingsOfProof(proof, 'office.yaml');
    expect(finding?.message).toBe(
      '2026-11-23T10:00 (always closed by hand), a call to +3612345678: who presses nothing any more goes round for ever',
    );
    expect(finding?.details?.join('\n')).toContain('always is closed by hand');
  });
});

describe('a call that is simulated', () => {
  const scenario = {
    at: from,
    from: '',
    to: '+3612345678',
    presses: [],
    behaviourOf: () => usualAnswer,
    talkFor: 1_000,
  };

  it('goes by what was set by hand', () => {
    const plan = handledPlan();
    const entered = (state?: 'open' | 'closed') =>
      simulate(plan, {
        ...scenario,
        ...(state === undefined ? {} : { overrides: overridesAt(plan, { always: state }, from) }),
      }).moments.flatMap(moment => (moment.kind === 'entered' ? [moment.node] : []));
    expect(entered()).toContain('menu:main');
    expect(entered('closed')).toEqual(['schedule:office', 'announcement:closed', 'goodbye:bye']);
    expect(entered('open')).toEqual(entered());
  });

  it('is told what cannot be set', () => {
    const plan = handledPlan();
    expect(parseOverrides(plan, ['always=closed'])).toEqual({ ok: true, value: { always: 'closed' } });
    const errors = ['always', 'always=shut', 'office=open', 'always=open=closed', 'constructor=open'].map(text => {
      const parsed = parseOverrides(plan, [text]);
      return parsed.ok ? '' : parsed.error;
    });
    expect(errors).toEqual([
      '"always" is not written office=open or office=closed',
      '"always=shut" is not written office=open or office=closed',
      'there is no calendar office',
      '"always=open=closed" is not written office=open or office=closed',
      'there is no calendar constructor',
    ]);
    expect(parseOverrides(officePlan(), ['always=open'])).toEqual({
      ok: false,
      error: 'the calendar always has no override',
    });
  });
});

describe('stories', () => {
  const story = (overrides: string) => {
    const text = `stories:
  - { name: one, at: 2026-11-23T10:00, to: "+3612345678", overrides: ${overrides}, steps: [hears: closed], ends: { result: goodbye } }
`;
    const parsed = parseStories(text, 'a.story.yaml');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    const [found] = parsed.value.stories;
    if (found === undefined) throw new Error('no story');
    return found;
  };

  it('begin with what was set by hand', () => {
    expect(playStory(handledPlan(), story('{ always: closed }')).failures).toEqual([]);
    expect(playStory(handledPlan(), story('{}')).failures).toHaveLength(1);
    expect(inspectStory(handledPlan(), story('{ always: closed }'))).toEqual([]);
  });

  it('name no calendar that cannot be set', () => {
    expect(inspectStory(handledPlan(), story('{ alway: closed }'))).toMatchObject([
      { code: 'UNKNOWN_CALENDAR', message: 'there is no calendar alway', remedy: 'did you mean always?' },
    ]);
    expect(inspectStory(officePlan(), story('{ always: open }'))).toMatchObject([
      { message: 'the calendar always has no override' },
    ]);
    expect(parseStories('stories: [{ name: a, at: b, to: c, overrides: { office: shut } }]', 'a').ok).toBe(false);
  });

  it('that are derived go through what hands alone open', () => {
    const plan = handledPlan({}, { week: allWeek });
    const { text, wrong, stories, edges } = cover(plan, 'office.yaml', from);
    expect(wrong).toEqual([]);
    expect(text).toContain('overrides:');
    const withoutHands = stories.filter(({ overrides }) => Object.keys(overrides).length === 0);
    const walked = coverageOf(
      plan,
      withoutHands.map(each => playStory(plan, each)),
    ).edges.walked;
    expect(walked).toBeLessThan(edges.walked);
  });
});
