import { describe, expect, test } from 'vitest';
import type { Dialplan, Extension } from '../../../src/dialplan/plan.ts';
import { extension, officePlan, to } from '../../support/plan.ts';
import { Stage } from './stage.ts';

const { extensions, groups } = officePlan();
const everybody = Object.keys(extensions);

/** Everybody may be in so many calls. */
function stageWith(maxCalls: number, change: Partial<Dialplan> = {}, details: Partial<Extension> = {}): Stage {
  const all = everybody.map(number => [number, extension(number, { maxCalls, ...details })] as const);
  return new Stage({ extensions: Object.fromEntries(all), ...change });
}

/** A caller from outside has dialled an extension and talks with it. */
function talkWith(stage: Stage, number: string): string {
  const call = stage.arrive();
  stage.press(call, number);
  stage.world.answer(stage.phone(call, number));
  expect(stage.phase(call).kind).toBe('talking');
  return call;
}

const rungIn = (stage: Stage, call: string): readonly (string | undefined)[] =>
  stage.world
    .alive(call)
    .filter(({ state }) => state === 'dialed')
    .map(({ extension: number }) => number);

const steps = (stage: Stage, call: string, kind: string): readonly unknown[] =>
  stage.world.call(call).trail.filter(entry => entry.kind === kind);

describe('an extension that is in as many calls as it may be', () => {
  const failover = { busy: to('group', 'support') };

  test('is busy: its phones do not ring, the caller goes where busy leads, and the record says so', () => {
    const stage = stageWith(1, {}, { failover });
    talkWith(stage, '101');
    const call = stage.arrive();
    stage.press(call, '101');
    expect(rungIn(stage, call)).toEqual(['102']);
    expect(steps(stage, call, 'busy')).toMatchObject([{ number: '101' }]);
    expect(steps(stage, call, 'entered').at(-1)).toMatchObject({ node: 'group:support' });
  });

  test('is told to a colleague by the status', () => {
    const stage = stageWith(1);
    talkWith(stage, '101');
    const call = stage.dial('102', '101');
    expect(stage.effects('hangUp').at(-1)).toMatchObject({ status: 486 });
    expect(stage.ended(call)).toBe('refused');
  });

  test('is so on hold, and in a call of its own from the first digit on', () => {
    const stage = stageWith(1);
    const held = talkWith(stage, '101');
    stage.hold(stage.phone(held, '101'));
    const first = stage.dial('102', '101');
    expect(stage.ended(first)).toBe('refused');
    // 102 has placed a call that only rings.
    stage.dial('102', '103');
    const second = stage.dial('10', '102');
    expect(stage.ended(second)).toBe('refused');
  });

  test('is free while it only rings: two callers may ring it, and one of them is answered', () => {
    const stage = stageWith(1);
    const [first, second] = [stage.arrive(), stage.arrive()];
    stage.press(first, '101');
    stage.press(second, '101');
    expect([rungIn(stage, first), rungIn(stage, second)]).toEqual([['101'], ['101']]);
    stage.world.answer(stage.phone(first, '101'));
    expect(rungIn(stage, second)).toEqual(['101']);
  });

  test('is free again at once when the call is over', () => {
    const stage = stageWith(1);
    const call = talkWith(stage, '101');
    stage.world.hangUp(stage.phone(call, '101'));
    const next = stage.arrive();
    stage.press(next, '101');
    expect(rungIn(stage, next)).toEqual(['101']);
  });

  test('has room for as many as its dialplan says, and for any number where it says none', () => {
    const two = stageWith(2);
    talkWith(two, '101');
    talkWith(two, '101');
    const third = two.dial('102', '101');
    expect(two.ended(third)).toBe('refused');
    const many = new Stage();
    for (let i = 0; i < 5; i++) talkWith(many, '101');
  });
});

describe('a group', () => {
  test('that rings together passes over whoever is in a call, and goes on where nobody is free', () => {
    const stage = stageWith(1);
    talkWith(stage, '101');
    const call = stage.arrive();
    stage.press(call, '2');
    expect(rungIn(stage, call)).toEqual(['102']);
    talkWith(stage, '102');
    const next = stage.arrive();
    stage.press(next, '2');
    // `otherwise` of the group.
    expect(stage.phase(next)).toMatchObject({ kind: 'queued', queue: 'reception' });
    expect(steps(stage, next, 'busy')).toMatchObject([{ number: '101' }, { number: '102' }]);
  });

  test('that rings in turn passes over them too, whenever their turn comes', () => {
    const { support } = groups;
    if (support === undefined) throw new Error('there is a support');
    const inTurn = { ...support, members: ['101', '102', '103'] };
    const stage = stageWith(1, { groups: { ...groups, support: inTurn } });
    talkWith(stage, '101');
    const call = stage.arrive();
    stage.press(call, '3');
    expect(rungIn(stage, call)).toEqual(['102']);
    talkWith(stage, '103');
    stage.fail(stage.phone(call, '102'), 'declined');
    // 103 is in a call by now, and nobody is left.
    expect(steps(stage, call, 'entered').at(-1)).toMatchObject({ node: 'goodbye:bye' });
  });

  test('rings the operator who has just transferred the caller to it', () => {
    const { sales } = groups;
    if (sales === undefined) throw new Error('there is a sales');
    const withOperator = { ...sales, members: ['10', '101'] };
    const stage = stageWith(1, {
      groups: { ...groups, sales: withOperator },
      internalNumbers: { '5': to('group', 'sales') },
    });
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '5');
    expect(rungIn(stage, call)).toEqual(['10', '101']);
  });
});

describe('a transfer', () => {
  test('to a colleague who is in a call comes back at once', () => {
    const stage = stageWith(1);
    talkWith(stage, '101');
    const { call, operator } = stage.conversation();
    const transferId = stage.world.refer(operator, '101');
    expect(stage.world.transfers.get(transferId)?.reports.at(-1)).toBe(486);
    expect(rungIn(stage, call)).toEqual([]);
    stage.world.hangUp(operator);
    expect(stage.effects('dial').at(-1)?.shown.display).toBe('R: busy 101 – Anna');
  });

  test('by keypad, to be announced, does as well', () => {
    const stage = stageWith(1);
    talkWith(stage, '101');
    const { call, operator } = stage.conversation();
    stage.press(call, '*2101', operator.leg);
    stage.later(3_000);
    expect(stage.effects('notify').at(-1)?.event).toMatchObject({ kind: 'transferFailed', reason: 'busy' });
    expect(stage.phase(call)).toMatchObject({ kind: 'talking', peer: operator.leg });
  });

  test('that comes back rings the operator, who talks with the next caller already', () => {
    const stage = stageWith(1);
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '102');
    stage.world.hangUp(operator);
    const next = stage.arrive();
    stage.press(next, '0');
    stage.world.answer(stage.phone(next, '10'));
    stage.fail(stage.phone(call, '102'), 'declined');
    expect(rungIn(stage, call)).toEqual(['10']);
    expect(stage.phase(call).kind).toBe('recalling');
  });

  test('after a consultation is one call of the colleague who is consulted', () => {
    const stage = stageWith(1);
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    const consultation = stage.dial('10', '101');
    const asked = stage.phone(consultation, '101');
    stage.world.answer(asked);
    const own = stage.world.phoneOf(consultation, 'caller');
    if (own === undefined) throw new Error('the operator calls');
    stage.world.refer(operator, '101', own);
    expect(stage.hears(call)).toBe('101');
    const other = stage.dial('102', '101');
    expect(stage.ended(other)).toBe('refused');
    stage.world.hangUp(stage.phone(call, '101'));
    const last = stage.dial('102', '101');
    expect(rungIn(stage, last)).toEqual(['101']);
  });
});
