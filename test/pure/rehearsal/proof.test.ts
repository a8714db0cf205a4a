import { describe, expect, it } from 'vitest';
import type { Calendar, Dialplan } from '../../../src/dialplan/plan.ts';
import { linesOf, type Proof, prove, regimesOf } from '../../../src/rehearsal/index.ts';
import { extension, officePlan, to } from '../../support/plan.ts';

const from = Date.parse('2026-11-23T09:00:00Z');
const proof = (change: Partial<Dialplan> = {}): Proof => prove(officePlan(change), { from });

const { menus, announcements, groups } = officePlan();
const main = menus.main;
const closed = announcements.closed;
const sales = groups.sales;
if (main === undefined || sales === undefined || closed === undefined) throw new Error('the office has changed');

const told = ({ counterExamples }: Proof) =>
  counterExamples.map(({ entry, verdict, moves }) => [
    entry.dialled,
    verdict.kind,
    moves.map(move => ('keys' in move ? `press ${move.keys}` : 'reason' in move ? move.reason : 'wait')).join(', '),
  ]);

const at = { file: 'office.yaml', line: 1, col: 1 };
const calendar = (name: string, change: Partial<Calendar> = {}): Calendar => ({
  name,
  week: [0, 1, 2, 3, 4].map(() => [{ from: 480, to: 1020 }]).concat([[], []]),
  exceptions: {},
  yearly: {},
  at,
  ...change,
});

describe('the proof of a dialplan', () => {
  it('finds nothing in a good one, and says how much it looked at', () => {
    const { counterExamples, complete, entries, regimes, states, longest } = proof();
    expect(counterExamples).toEqual([]);
    expect(complete).toBe(true);
    expect({ entries, regimes }).toEqual({ entries: 3, regimes: 1 });
    expect(states).toBeGreaterThan(40);
    // Two greetings and their silences, the whole wait in the queue, and the goodbye.
    expect(longest).toBeGreaterThan(300_000);
    expect(longest).toBeLessThan(600_000);
  });

  it('finds a caller who goes round for ever after a key, and tells the way', () => {
    const found = proof({
      menus: { main: { ...main, keys: { ...main.keys, '7': to('announcement', 'round') } } },
      announcements: { closed, round: { ...closed, name: 'round', say: 'closed', then: to('announcement', 'round') } },
    });
    expect(told(found)).toEqual([['+3612345678', 'forEver', 'press 7']]);
    const page = found.counterExamples.map(({ timeline }) => linesOf(timeline).join('\n')).join();
    expect(page).toContain('caller presses 7');
    expect(found.counterExamples[0]?.verdict).toEqual({ kind: 'forEver', round: [{ kind: 'wait' }] });
    expect(page.match(/caller hears closed/g)).toHaveLength(25);
  });

  it('looks at those whose names are spelled', () => {
    const { extensions } = officePlan();
    const lost = { name: 'lost', failover: { declined: to('queue', 'nowhere') } };
    const found = proof({
      extensions: { ...extensions, '700': extension('700', { ...lost, directDial: false }), '101': extension('101') },
      menus: { main: { ...main, directDial: false, names: { '2662': '101', '5678': '700' } } },
      groups: { ...officePlan().groups, sales: { ...sales, members: ['700'] } },
      numbers: [{ match: { kind: 'exact', number: '+361' }, route: to('menu', 'main'), at }],
    });
    expect(told(found)).toContainEqual(['+361', 'broken', 'press 5678#, declined']);
  });

  it('looks at every kind of caller, and at those who hide their number', () => {
    const route = { ...closed, name: 'round', then: to('announcement', 'round') };
    const pattern = { kind: 'pattern', pattern: '+4930xx5*', prefix: '+4930' } as const;
    const withRule = (from: readonly (typeof pattern)[], anonymous: boolean): Proof =>
      proof({
        announcements: { closed, round: route },
        callers: {
          who: {
            name: 'who',
            rules: [{ from, anonymous, then: to('announcement', 'round') }],
            otherwise: to('menu', 'main'),
            at,
          },
        },
        numbers: [{ match: { ...pattern, pattern: '+361xx' }, trunk: 'second', route: to('callers', 'who'), at }],
      });
    expect(told(withRule([], false))).toEqual([]);
    const [known, ...others] = withRule([pattern], false).counterExamples;
    expect(others).toEqual([]);
    expect(known?.entry.arrival).toMatchObject({
      dialled: '+36100',
      from: { number: '+4930005' },
      origin: { name: 'second' },
    });
    expect(known?.verdict.kind).toBe('forEver');
    expect(withRule([], true).counterExamples.map(({ entry }) => entry.arrival.from.number)).toEqual(['']);
  });

  it('finds one who presses nothing and goes round', () => {
    const found = proof({ menus: { main: { ...main, noInput: { ...main.noInput, then: to('menu', 'main') } } } });
    expect(told(found)[0]).toEqual(['+3612345678', 'forEver', '']);
  });

  it('finds a way on which a phone that fails leads round', () => {
    const { extensions } = officePlan();
    const desk = extensions['103'];
    if (desk === undefined) throw new Error('no 103');
    const found = proof({
      extensions: { ...extensions, '103': { ...desk, failover: { busy: to('extension', '103') } } },
    });
    expect(told(found)).toEqual([['+3612345678', 'forEver', 'press 103, busy']]);
    const [example] = found.counterExamples;
    expect(example?.verdict).toEqual({ kind: 'forEver', round: [{ kind: 'fail', reason: 'busy' }] });
    const busy = example?.timeline.moments.filter(moment => moment.kind === 'failed' && moment.reason === 'busy');
    expect(busy).toHaveLength(25);
  });

  it('finds a circle of schedules that drops the caller', () => {
    const found = proof({
      schedules: {
        office: {
          name: 'office',
          calendar: 'always',
          open: to('schedule', 'office'),
          closed: to('goodbye', 'bye'),
          at,
        },
      },
    });
    expect(told(found)).toEqual([['+3612345678', 'dropped', '']]);
  });

  it('finds what call control cannot play', () => {
    const found = proof({ menus: { main: { ...main, keys: { '1': to('queue', 'nowhere') } } } });
    expect(found.counterExamples[0]?.verdict).toEqual({ kind: 'broken', error: 'the dialplan has no "nowhere"' });
    expect(told(found)).toEqual([['+3612345678', 'broken', 'press 1, wait']]);
  });

  it('finds what takes longer than it may', () => {
    const { counterExamples } = prove(officePlan(), { from, within: 60_000 });
    expect(counterExamples.map(({ verdict }) => verdict.kind)).toEqual(['tooLong']);
  });

  it('says that it did not come to the end of a dialplan that is too large for it', () => {
    expect(prove(officePlan(), { from, mostStates: 10 })).toMatchObject({ complete: false });
  });

  it('looks at each regime of the calendars, and tells the one in which a caller is lost', () => {
    const calendars = { always: calendar('always'), lunch: calendar('lunch', { yearly: { '12-24': [] } }) };
    const found = proof({
      calendars,
      announcements: { closed, round: { ...closed, name: 'round', then: to('schedule', 'office') } },
      schedules: {
        office: {
          name: 'office',
          calendar: 'lunch',
          open: to('menu', 'main'),
          closed: to('announcement', 'round'),
          at,
        },
      },
    });
    expect(found.regimes).toBe(3);
    expect(found.counterExamples.map(({ verdict, regime }) => [verdict.kind, regime.open])).toEqual([['forEver', []]]);
  });

  it('does not take for a circle what only hours that change at every turn would make one', () => {
    const found = proof({
      calendars: { always: calendar('always') },
      announcements: { closed, round: { ...closed, name: 'round', then: to('schedule', 'back') } },
      schedules: {
        office: {
          name: 'office',
          calendar: 'always',
          open: to('announcement', 'round'),
          closed: to('goodbye', 'bye'),
          at,
        },
        back: { name: 'back', calendar: 'always', open: to('goodbye', 'bye'), closed: to('schedule', 'office'), at },
      },
    });
    expect(found.regimes).toBe(2);
    expect(found.counterExamples).toEqual([]);
  });
});

describe('the regimes of the calendars', () => {
  it('are the combinations that there are, each with its first instant', () => {
    const calendars = {
      a: calendar('a'),
      b: calendar('b', { week: [0, 1, 2, 3, 4, 5, 6].map(() => [{ from: 600, to: 1200 }]) }),
    };
    const zone = 'Europe/Budapest';
    const regimes = regimesOf({ ...officePlan(), calendars }, Date.parse('2026-11-23T04:00:00Z'));
    const show = (instant: number): string => new Date(instant).toISOString().slice(5, 16);
    expect(zone).toBe(officePlan().company.timezone);
    expect(regimes.map(({ at: instant, open }) => [show(instant), open])).toEqual([
      ['11-23T04:00', []],
      ['11-23T07:00', ['a']],
      ['11-23T09:00', ['a', 'b']],
      ['11-23T16:00', ['b']],
    ]);
  });

  it('are one where nothing ever changes', () => {
    expect(regimesOf(officePlan(), from)).toEqual([{ at: from, open: ['always'], overrides: {} }]);
  });
});
