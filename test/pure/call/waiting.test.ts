import { beforeEach, describe, expect, test } from 'vitest';
import { officePlan, to } from '../../support/plan.ts';
import type { Phone } from '../../support/world.ts';
import { Stage } from './stage.ts';

const minutes = (some: number): number => some * 60_000;
const { reception } = officePlan().queues;
const { main } = officePlan().menus;

let stage: Stage;
/** `7` leads to the support, which shares an agent with the reception; nobody is there for it yet. */
function stageWith(maxWait: number): Stage {
  if (reception === undefined || main === undefined) throw new Error('the office has a reception and a menu');
  const support = { ...reception, name: 'support', agents: ['11'], maxWait, overflow: to('queue', 'reception') };
  const made = new Stage({
    queues: { reception: { ...reception, maxWait: minutes(120) }, support },
    menus: { main: { ...main, keys: { ...main.keys, '7': support.overflow, '8': to('queue', 'support') } } },
    internalNumbers: { '0': to('queue', 'reception'), '8': to('queue', 'support') },
  });
  made.world.register('11', false);
  return made;
}

beforeEach(() => {
  stage = stageWith(minutes(120));
});

/** A caller who waits for a minute, and then talks with the reception for half an hour. */
function talksLong(): { readonly call: string; readonly operator: Phone } {
  stage.world.register('10', false);
  const call = stage.arrive();
  stage.press(call, '0');
  stage.later(minutes(1));
  stage.world.register('10', true);
  const operator = stage.phone(call, '10');
  stage.world.answer(operator);
  stage.later(minutes(30));
  return { call, operator };
}

const order = (queue: string): readonly string[] => (stage.world.acd.queues[queue] ?? []).map(({ callId }) => callId);

describe('time in conversation is no waiting', () => {
  test('a caller who is transferred to a queue does not go before one who waits there', () => {
    const { call, operator } = talksLong();
    const waits = stage.arrive();
    stage.press(waits, '8');
    stage.later(minutes(2));
    stage.world.refer(operator, '8');
    stage.world.hangUp(operator);
    expect(order('support')).toEqual([waits, call]);
    expect(stage.world.call(call).queuedSince).toBe(stage.world.clock.now());
    stage.world.register('11', true);
    expect(stage.phone(waits, '11').state).toBe('dialed');
  });

  test('nor, sent back to the queue that it came from, before those who have come there meanwhile', () => {
    const { call, operator } = talksLong();
    stage.world.register('10', false);
    const waits = stage.arrive();
    stage.press(waits, '0');
    stage.world.refer(operator, '0');
    expect(order('reception')).toEqual([waits, call]);
  });

  test('a return keeps the first arrival, and is served first (R6)', () => {
    const { call, operator } = talksLong();
    const arrived = stage.world.call(call).startedAt;
    stage.world.register('10', false);
    const waits = stage.arrive();
    stage.press(waits, '0');
    stage.world.refer(operator, '101');
    stage.world.hangUp(operator);
    stage.fail(stage.phone(call, '101'), 'busy');
    stage.fail(stage.phone(call, '10'), 'busy');
    expect(stage.effects('joinQueue').at(-1)).toMatchObject({ front: true, since: arrived });
    expect(order('reception')).toEqual([call, waits]);
  });

  test('a return after a second wait has the arrival of that one', () => {
    const { call, operator } = talksLong();
    stage.world.register('11', true);
    stage.world.refer(operator, '8');
    const second = stage.world.clock.now();
    const agent = stage.phone(call, '11');
    stage.later(1_000);
    stage.world.answer(agent);
    stage.later(minutes(5));
    stage.world.lose(agent, 'network');
    expect(stage.effects('joinQueue').at(-1)).toMatchObject({ front: true, since: second });
  });
});

test('from queue to queue, without a person in between, one wait goes on', () => {
  stage = stageWith(minutes(1));
  const call = stage.arrive();
  stage.press(call, '8');
  const since = stage.world.clock.now();
  stage.later(minutes(1));
  expect(stage.effects('joinQueue').at(-1)).toMatchObject({ queue: 'reception', since, front: false });
});
