import { expect, test } from 'vitest';
import { alone } from '../../../src/call/shared.ts';
import { begin } from '../../../src/call/step.ts';
import type { SavedCall } from '../../../src/exchange/ports.ts';
import { eachLegOnce } from '../../../src/exchange/savedLegs.ts';
import type { LegSnapshot } from '../../../src/signalling/port.ts';
import { officePlan } from '../../support/plan.ts';

function saved(id: string, changedAt: number, dialogs: readonly string[]): SavedCall {
  const from = { number: '+36301111111', display: undefined, extension: undefined };
  const { call } = begin(officePlan(), { id, origin: { kind: 'trunk', name: 'pstn' }, from, dialled: '0' }, 0, alone);
  const legs = Object.fromEntries(dialogs.map(dialogId => [`leg of ${dialogId}`, { dialogId } as LegSnapshot]));
  return { call: { ...call, trail: [{ time: changedAt, kind: 'noInput' }] }, legs };
}

const dialogsOf = (calls: readonly SavedCall[]): readonly string[] =>
  calls.map(({ call, legs }) => `${call.id}: ${Object.values(legs).map(({ dialogId }) => dialogId)}`);

test('a leg that was on its way from one call to another is in the one that changed last', () => {
  const giver = saved('giver', 1_000, ['operator', 'target']);
  const taker = saved('taker', 1_001, ['caller', 'target']);
  const expected = ['giver: operator', 'taker: caller,target'];
  expect(dialogsOf(eachLegOnce([giver, taker]))).toEqual(expected);
  expect(dialogsOf(eachLegOnce([taker, giver])).toReversed()).toEqual(expected);
});

test('legs of their own stay where they are, whatever is known of a call', () => {
  expect(dialogsOf(eachLegOnce([saved('a', 1, ['x']), saved('b', 2, []), saved('c', 0, ['y', 'z'])]))).toEqual([
    'a: x',
    'b: ',
    'c: y,z',
  ]);
});
