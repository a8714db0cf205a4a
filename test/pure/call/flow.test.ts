import { beforeEach, describe, expect, test } from 'vitest';
import { extension, officePlan, to } from '../../support/plan.ts';
import { Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

describe('a menu', () => {
  test('answers and greets in the first language of the company', () => {
    const call = stage.arrive();
    expect(stage.effects('answer')).toHaveLength(1);
    expect(stage.hears(call)).toBe('en: welcome');
  });

  test('takes a key over the greeting', () => {
    const call = stage.arrive();
    stage.press(call, '0');
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.hears(call)).toBe('music');
  });

  test('keeps the language that was chosen', () => {
    const call = stage.arrive();
    stage.press(call, '9');
    expect(stage.hears(call)).toBe('hu: welcome');
    stage.press(call, '7');
    expect(stage.hears(call)).toBe('hu: sorry, welcome');
  });

  test('waits for a further digit where an extension may come, and takes what is there', () => {
    const call = stage.arrive();
    stage.press(call, '1');
    expect(stage.hears(call)).toBe('silence');
    expect(stage.phase(call)).toMatchObject({ kind: 'menu', stage: 'dialling' });
    stage.press(call, '0');
    stage.later(2_999);
    expect(stage.phase(call).kind).toBe('menu');
    stage.later(1);
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { number: '10' } });
  });

  test('ends a number with #', () => {
    const call = stage.arrive();
    stage.press(call, '10#');
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { number: '10' } });
  });

  test('dials an extension at once where nothing longer begins so', () => {
    const call = stage.arrive();
    stage.press(call, '101');
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { number: '101' } });
    expect(stage.hears(call)).toBe('ringback');
  });

  test('does not dial an extension that is not for callers', () => {
    stage = new Stage({
      extensions: { ...officePlan().extensions, '77': extension('77', { directDial: false }) },
    });
    const call = stage.arrive();
    stage.press(call, '7');
    expect(stage.hears(call)).toBe('en: sorry, welcome');
  });

  test('repeats after an invalid key, as often as it says, and then goes on', () => {
    const call = stage.arrive();
    stage.press(call, '7');
    expect(stage.hears(call)).toBe('en: sorry, welcome');
    stage.press(call, '7');
    expect(stage.hears(call)).toBe('en: sorry, welcome');
    stage.press(call, '7');
    expect(stage.phase(call).kind).toBe('queued');
  });

  test('repeats when nothing is pressed, and then goes on', () => {
    const call = stage.arrive();
    stage.later(1_000);
    expect(stage.phase(call)).toMatchObject({ kind: 'menu', stage: 'waiting' });
    expect(stage.hears(call)).toBe('silence');
    stage.later(5_000);
    expect(stage.hears(call)).toBe('en: welcome');
    stage.later(5_999);
    expect(stage.phase(call).kind).toBe('menu');
    stage.later(1);
    expect(stage.phase(call).kind).toBe('queued');
  });
});

describe('an extension', () => {
  test.each([
    ['busy', 'announcement', 'closed'],
    ['noAnswer', 'group', 'sales'],
    ['declined', 'queue', 'reception'],
    ['unreachable', 'group', 'sales'],
    ['unavailable', 'group', 'sales'],
    ['noSuchNumber', 'group', 'sales'],
  ] as const)('that is %s leads where its dialplan says', (reason, kind, name) => {
    const written = reason === 'unavailable' || reason === 'noSuchNumber' ? 'unreachable' : reason;
    const failover = { [written]: to(kind, name) };
    stage = new Stage({ extensions: { ...officePlan().extensions, '101': extension('101', { failover }) } });
    const call = stage.arrive();
    stage.press(call, '101');
    stage.fail(stage.phone(call, '101'), reason);
    const { trail } = stage.world.call(call);
    expect(trail.findLast(entry => entry.kind === 'entered')).toMatchObject({ node: `${kind}:${name}` });
  });

  test('that does not answer is cancelled after its time', () => {
    const call = stage.arrive();
    stage.press(call, '101');
    stage.later(19_999);
    expect(stage.phone(call, '101').state).toBe('dialed');
    stage.later(1);
    expect(stage.phone(call, '101').state).toBe('cancelled');
    // Without a rule of its own: where the menu goes.
    expect(stage.phase(call).kind).toBe('queued');
  });

  test('rings a colleague without answering for it, and tells by the status why it failed', () => {
    const call = stage.dial('102', '101');
    expect(stage.effects('ring')).toHaveLength(1);
    expect(stage.effects('answer')).toHaveLength(0);
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.effects('hangUp')).toMatchObject([{ leg: 'caller', status: 486 }]);
    expect(stage.ended(call)).toBe('refused');
  });

  test('is shown a caller from outside as they are, and a colleague by name', () => {
    stage.press(stage.arrive(), '101');
    stage.dial('102', '103');
    expect(stage.effects('dial').map(({ shown }) => shown)).toMatchObject([
      { number: '+36301111111', display: 'Anna', alert: 'external' },
      { number: '102', display: 'Extension 102', alert: 'internal' },
    ]);
  });

  test('that dials itself is busy', () => {
    const call = stage.dial('101', '101');
    expect(stage.effects('hangUp')).toMatchObject([{ status: 486 }]);
    expect(stage.ended(call)).toBe('refused');
  });
});

describe('a group', () => {
  test('rings at once: the first to answer is kept, the others are released', () => {
    const call = stage.arrive();
    stage.press(call, '2');
    const [first, second] = [stage.phone(call, '101'), stage.phone(call, '102')];
    stage.world.answer(second);
    expect(stage.hears(call)).toBe('102');
    expect(first.state).toBe('cancelled');
    // R8: both answered in the same millisecond.
    stage.world.answer(first);
    expect(first.state).toBe('gone');
    expect(stage.hears(call)).toBe('102');
  });

  test('that a member calls rings the others, and nobody where there are none', () => {
    stage = new Stage({ internalNumbers: { '5': to('group', 'sales'), '6': to('group', 'alone') } });
    const sales = stage.world.plan.groups.sales;
    if (sales !== undefined) Object.assign(stage.world.plan.groups, { alone: { ...sales, members: ['101'] } });
    const call = stage.dial('101', '5');
    expect(stage.effects('dial').map(({ extension }) => extension)).toEqual(['102']);
    stage.fail(stage.phone(call, '102'), 'busy');
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.phase(stage.dial('101', '6')).kind).toBe('queued');
  });

  test('rings in turn, each for its time, and then goes on', () => {
    const call = stage.arrive();
    stage.press(call, '3');
    expect(stage.world.phone(call, '103')).toBeUndefined();
    stage.later(10_000);
    expect(stage.phone(call, '102').state).toBe('cancelled');
    expect(stage.phone(call, '103').state).toBe('dialed');
    stage.fail(stage.phone(call, '103'), 'busy');
    expect(stage.hears(call)).toBe('en: bye');
    stage.later(1_000);
    expect(stage.ended(call)).toBe('goodbye');
  });
});

describe('the reception', () => {
  const busyOperators = () => {
    const first = stage.conversation();
    const second = stage.arrive();
    stage.press(second, '0');
    stage.world.answer(stage.phone(second, '11'));
    return first;
  };

  test('lets callers wait with music, in their order of arrival', () => {
    const { call, operator } = busyOperators();
    const third = stage.arrive();
    stage.press(third, '0');
    stage.later(10);
    const fourth = stage.arrive();
    stage.press(fourth, '0');
    expect([stage.hears(third), stage.hears(fourth)]).toEqual(['music', 'music']);
    expect(stage.world.phone(third, '10')).toBeUndefined();
    stage.world.hangUp(operator);
    expect(stage.ended(call)).toBe('completed');
    expect(stage.phone(third, '10').state).toBe('dialed');
    expect(stage.world.phone(fourth, '10')).toBeUndefined();
  });

  test('offers the one who has been idle longest', () => {
    const { operator } = busyOperators();
    stage.later(1_000);
    stage.world.hangUp(operator);
    stage.later(1_000);
    const eleven = stage.world.alive().find(phone => phone.extension === '11');
    if (eleven !== undefined) stage.world.hangUp(eleven);
    const call = stage.arrive();
    stage.press(call, '0');
    expect(stage.phone(call, '10').state).toBe('dialed');
  });

  test('passes over an operator who does not answer, and comes back to them', () => {
    const call = stage.arrive();
    stage.press(call, '0');
    stage.later(15_000);
    expect(stage.phone(call, '10').state).toBe('cancelled');
    expect(stage.phone(call, '11').state).toBe('dialed');
    stage.settle(stage.phone(call, '10'));
    stage.later(15_000);
    expect(stage.phone(call, '10').state).toBe('dialed');
  });

  test('stops ringing an operator when the longest wait is over', () => {
    stage = new Stage({
      queues: Object.fromEntries(
        Object.entries(officePlan().queues).map(([name, queue]) => [name, { ...queue, maxWait: 10_000 }]),
      ),
    });
    const call = stage.arrive();
    stage.press(call, '0');
    const operator = stage.phone(call, '10');
    stage.later(10_000);
    expect([operator.state, stage.hears(call)]).toEqual(['cancelled', 'en: bye']);
    stage.settle(operator);
    expect(stage.world.acd.agents['10']?.state.kind).toBe('ready');
  });

  test('forgets an offer that was declined, and all of its time', () => {
    const call = stage.arrive();
    stage.press(call, '0');
    for (const extension of ['10', '11']) stage.fail(stage.phone(call, extension), 'declined');
    expect(stage.phase(call)).toMatchObject({ kind: 'queued', offer: undefined });
    expect(Object.keys(stage.world.call(call).timers)).toEqual(['maxWait']);
    stage.later(5_000);
    expect(stage.phase(call)).toMatchObject({ offer: { extension: '10' } });
  });

  test('does what the dialplan says after the longest wait', () => {
    busyOperators();
    const third = stage.arrive();
    stage.press(third, '0');
    stage.later(299_999);
    expect(stage.hears(third)).toBe('music');
    stage.later(1);
    expect(stage.hears(third)).toBe('en: bye');
    stage.later(1_000);
    expect(stage.ended(third)).toBe('goodbye');
  });

  test('keeps nothing of a call that is stopped, and its agent is free', () => {
    const call = stage.arrive();
    stage.press(call, '0');
    expect(stage.world.acd.agents['10']?.state).toMatchObject({ kind: 'reserved', callId: call });
    stage.world.post(call, { kind: 'stopRequested', reason: 'stopped' });
    expect(stage.world.acd.queues.reception).toEqual([]);
    expect(stage.world.acd.agents['10']?.state.kind).toBe('ready');
  });

  test('keeps nothing of a call whose ringing operator a colleague picks up', () => {
    const call = stage.arrive();
    stage.press(call, '0');
    const operator = stage.phone(call, '10');
    const who = { number: '103', display: 'Desk', extension: '103' };
    stage.world.post(call, { kind: 'replacementArrived', leg: operator.leg, by: 'new', who });
    expect([stage.hears(call), operator.state]).toEqual(['103', 'cancelled']);
    expect(stage.world.acd.queues.reception).toEqual([]);
    stage.settle(operator);
    expect(stage.world.acd.agents['10']?.state.kind).toBe('ready');
  });

  test('does not offer the call of a caller who hangs up to the next operator', () => {
    const call = stage.arrive();
    stage.press(call, '0');
    stage.world.hangUp({ ...stage.phone(call, '10'), leg: 'caller' });
    expect(stage.effects('dial').map(({ extension }) => extension)).toEqual(['10']);
    expect(stage.effects('concludeOffer')).toHaveLength(1);
  });

  test('withdraws its offer when the caller hangs up', () => {
    const call = stage.arrive();
    stage.press(call, '0');
    const operator = stage.phone(call, '10');
    stage.world.hangUp({ ...operator, leg: 'caller' });
    expect(operator.state).toBe('gone');
    expect(stage.world.acd.agents['10']?.state.kind).toBe('ready');
    expect(stage.ended(call)).toBe('abandoned');
  });
});

describe('a number', () => {
  test('that is not ours is refused with 404, and never answered', () => {
    const call = stage.arrive('+4912345');
    expect(stage.effects('hangUp')).toMatchObject([{ status: 404 }]);
    expect(stage.ended(call)).toBe('refused');
  });

  test('of an extension is no number for a trunk', () => {
    expect(stage.ended(stage.arrive('101'))).toBe('refused');
    expect(stage.ended(stage.arrive('0'))).toBe('refused');
  });

  test('by prefix leads straight to an extension, whose failure never loses the caller', () => {
    const call = stage.arrive('+3612345799');
    expect(stage.effects('ring')).toHaveLength(1);
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.hears(call)).toBe('music');
  });

  test('of ours can be dialled by a colleague, too', () => {
    const call = stage.dial('101', '0');
    expect(stage.hears(call)).toBe('music');
    expect(stage.hears(stage.dial('102', '+3612345678'))).toBe('en: welcome');
  });
});

describe('hold', () => {
  test('gives music to the one who is held, and joins them again', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    expect(stage.hears(call)).toBe('music');
    stage.hold(operator, false);
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['10', '+36301111111']);
  });

  test('on both sides ends when both have resumed', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    stage.world.post(call, { kind: 'legHeld', leg: 'caller' });
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['nothing', 'nothing']);
    stage.hold(operator, false);
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['nothing', 'music']);
    stage.world.post(call, { kind: 'legResumed', leg: 'caller' });
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['10', '+36301111111']);
  });

  test('and hanging up brings the caller back to the operator', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    stage.world.hangUp(operator);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10', reason: 'held' });
    expect(stage.effects('dial').at(-1)?.shown.display).toBe('R: left on hold – Anna');
  });
});
