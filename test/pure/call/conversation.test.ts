import { beforeEach, describe, expect, test } from 'vitest';
import { Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

/** Two colleagues talk. */
function colleagues() {
  const call = stage.dial('101', '102');
  stage.world.answer(stage.phone(call, '102'));
  return { call, caller: stage.phone(call, '101'), desk: stage.phone(call, '102') };
}

const termination = (call: string) => {
  const phase = stage.phase(call);
  return phase.kind === 'ended' ? phase.termination : undefined;
};

describe('the end of a conversation', () => {
  test('tells who hung up', () => {
    const first = colleagues();
    stage.world.hangUp(first.caller);
    expect(termination(first.call)).toMatchObject({ result: 'completed', by: 'caller' });
    const second = colleagues();
    stage.world.hangUp(second.desk);
    expect(termination(second.call)).toMatchObject({ result: 'completed', by: 'callee' });
    expect(second.caller.state).toBe('gone');
  });

  test('between colleagues is the end, although one of them holds', () => {
    const { call, caller, desk } = colleagues();
    stage.hold(desk);
    expect(stage.hears(call)).toBe('music');
    stage.world.hangUp(desk);
    expect([stage.ended(call), caller.state]).toEqual(['completed', 'gone']);
  });

  test('between colleagues is the end, although one of them was lost', () => {
    const { call, desk } = colleagues();
    stage.world.lose(desk, 'network');
    expect(termination(call)).toMatchObject({ result: 'failed', by: 'system' });
  });

  test('by a lost operator leads a caller from outside to the front of the reception', () => {
    const { call, operator } = stage.conversation();
    stage.world.lose(operator, 'media');
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.effects('joinQueue').at(-1)).toMatchObject({ queue: 'reception', front: true });
    expect(stage.hears(call)).toBe('music');
  });

  test('comes at last where nobody ends it', () => {
    const { call } = stage.conversation();
    stage.later(12 * 3_600_000 - 1);
    expect(stage.phase(call).kind).toBe('talking');
    stage.later(1);
    expect(stage.ended(call)).toBe('failed');
  });
});

describe('after a transfer that failed, the BYE of the transferor', () => {
  function failed(held: boolean) {
    const { call, operator } = stage.conversation();
    if (held) stage.hold(operator);
    stage.world.refer(operator, '101');
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.phase(call).kind).toBe('talking');
    return { call, operator };
  }

  test('is a goodbye once it has resumed', () => {
    const { call, operator } = failed(true);
    stage.hold(operator, false);
    stage.world.hangUp(operator);
    expect(stage.ended(call)).toBe('completed');
  });

  test('is none as long as it holds, and the recall says why', () => {
    const { call, operator } = failed(true);
    stage.later(10_000);
    stage.world.hangUp(operator);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'busy', number: '101' });
  });

  test('that of the caller is a goodbye at once', () => {
    const { call, operator } = failed(false);
    stage.world.hangUp({ ...operator, leg: 'caller' });
    expect(stage.ended(call)).toBe('completed');
  });
});

describe('a phone that', () => {
  test('says twice that it holds is on hold once', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    stage.hold(operator);
    expect(stage.world.call(call).trail.filter(({ kind }) => kind === 'held')).toHaveLength(1);
  });

  test('takes over a call is shown to the other side', () => {
    const { call, operator } = stage.conversation();
    stage.world.replace(operator, '103');
    expect(stage.hears(call)).toBe('103');
    expect(stage.effects('identify')).toMatchObject([{ leg: 'caller', who: { number: '103' } }]);
  });

  test('picks up a call stops every phone that rings for it', () => {
    const call = stage.arrive();
    stage.press(call, '2');
    const phones = [stage.phone(call, '101'), stage.phone(call, '102')] as const;
    stage.world.replace(phones[0], '103');
    expect(phones.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(stage.hears(call)).toBe('103');
  });
});

describe('feature codes', () => {
  test('are forgotten half-way', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '#', operator.leg);
    stage.later(3_000);
    stage.press(call, '#', operator.leg);
    expect(stage.phase(call).kind).toBe('talking');
    stage.press(call, '#', operator.leg);
    expect(stage.phase(call).kind).toBe('keying');
  });

  test('of the two who talk are told apart', () => {
    const { call, caller, desk } = colleagues();
    stage.press(call, '#', caller.leg);
    stage.press(call, '#', desk.leg);
    expect(stage.phase(call).kind).toBe('talking');
    stage.press(call, '#', caller.leg);
    expect(stage.phase(call)).toMatchObject({ kind: 'keying', transferor: caller.leg, party: desk.leg });
  });
});

describe('a transferor who has transferred', () => {
  test('to a queue is released after a while, and its digits and its hold mean nothing', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '0');
    stage.press(call, '##', operator.leg);
    stage.hold(operator);
    expect(stage.phase(call).kind).toBe('queued');
    stage.later(999);
    expect(operator.state).toBe('answered');
    stage.later(1);
    expect(operator.state).toBe('gone');
    expect(stage.phase(call).kind).toBe('queued');
  });

  test('and hangs up by itself leaves no timer behind', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '0');
    stage.world.hangUp(operator);
    expect(Object.keys(stage.world.call(call).timers).filter(name => name.startsWith('leave:'))).toEqual([]);
  });
});
