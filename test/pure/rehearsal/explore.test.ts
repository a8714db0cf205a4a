import { describe, expect, it } from 'vitest';
import type { Calendar, Dialplan } from '../../../src/dialplan/plan.ts';
import { explore } from '../../../src/rehearsal/explore/explore.ts';
import { keyOf } from '../../../src/rehearsal/explore/state.ts';
import { promptLengths, regimesOf } from '../../../src/rehearsal/index.ts';
import { entriesOf } from '../../../src/rehearsal/proof/prove.ts';
import { reach } from '../../../src/rehearsal/proof/reach.ts';
import type { Regime } from '../../../src/rehearsal/proof/regimes.ts';
import { extension, officePlan, to } from '../../support/plan.ts';

const from = Date.parse('2026-11-23T09:00:00Z');
const at = { file: 'office.yaml', line: 1, col: 1 };

const explored = (plan: Dialplan, regimes: readonly Regime[]) =>
  explore(
    plan,
    entriesOf(plan).map(({ arrival }) => arrival),
    regimes,
    promptLengths(plan),
    { mostStates: 10_000, trails: true },
  );

const hours = (name: string, opens: number, closes: number): Calendar => ({
  name,
  week: [0, 1, 2, 3, 4, 5, 6].map(() => [{ from: opens * 60, to: closes * 60 }]),
  exceptions: {},
  yearly: {},
  at,
});

const schedule = (name: string, calendar: string, open = to('menu', 'main'), closed = to('goodbye', 'bye')) => ({
  [name]: { name, calendar, open, closed, at },
});

describe('what calls can come to', () => {
  it('is in each regime what it would be if there were no other', () => {
    const plan = officePlan({
      calendars: { early: hours('early', 6, 14), late: hours('late', 10, 20), lunch: hours('lunch', 12, 13) },
      schedules: {
        ...schedule('office', 'early', to('schedule', 'second'), to('schedule', 'third')),
        ...schedule('second', 'late', to('menu', 'main'), to('schedule', 'third')),
        ...schedule('third', 'lunch', to('queue', 'reception'), to('announcement', 'closed')),
      },
    });
    const regimes = regimesOf(plan, from);
    expect(regimes.map(({ open }) => open.join())).toEqual(['early,late', 'early,late,lunch', 'late', '', 'early']);
    const all = explored(plan, regimes);
    // Every state is kept as it would be in the first regime.
    const first = regimes[0]?.at ?? 0;
    const keys = (exploration: typeof all, regime: number, now: number): readonly string[] =>
      [...reach(exploration, regime).reached.keys()]
        .map(state => {
          const call = exploration.states[state]?.call;
          return call === undefined ? '' : keyOf({ call, play: undefined }, now);
        })
        .sort();
    for (const [index, regime] of regimes.entries()) {
      expect(keys(all, index, first)).toEqual(keys(explored(plan, [regime]), 0, regime.at));
    }
  });

  it('is dialled once for each kind of extension, and what is named is rung all the same', () => {
    const longer = { ringFor: 30_000 };
    const { extensions } = officePlan();
    const plan = officePlan({
      extensions: { ...extensions, '104': extension('104', longer), '105': extension('105', longer) },
    });
    const { states } = explored(plan, regimesOf(plan, from));
    const dialled = new Set(
      states.flatMap(({ ways }) => ways.flatMap(({ move }) => (move.kind === 'press' ? [move.keys] : []))),
    );
    expect([...dialled].filter(keys => Object.hasOwn(plan.extensions, keys))).toEqual(['10', '104']);
    const rung = new Set(
      states.flatMap(({ call }) => call.trail.flatMap(entry => (entry.kind === 'rung' ? [entry.number] : []))),
    );
    expect([...rung].sort()).toEqual(['10', '101', '102', '103', '104']);
  });
});
