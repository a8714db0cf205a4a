import { beforeEach, expect, test } from 'vitest';
import { recordOf } from '../../../src/call/record.ts';
import { Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

/** The record of a call that ends now: when the first person answered, in milliseconds since its start, and who. */
function recorded(call: string): { readonly answeredAt: number | undefined; readonly answered: readonly unknown[] } {
  stage.world.hangUp({ ...stage.phone(call, '103'), leg: 'caller' });
  const ended = stage.world.call(call);
  if (ended.phase.kind !== 'ended') throw new Error('it goes on');
  const record = recordOf(ended, 'office', ended.phase.termination, stage.world.clock.now());
  return {
    answeredAt: record.answeredAt === null ? undefined : Date.parse(record.answeredAt) - ended.startedAt,
    answered: record.steps.flatMap(({ kind, at, number }) => (kind === 'answered' ? [{ at, number }] : [])),
  };
}

test('a ringing group: the record has who took the call, and when', () => {
  const call = stage.arrive();
  stage.press(call, '2');
  stage.later(7_000);
  stage.world.replace(stage.phone(call, '101'), '103');
  expect(recorded(call)).toEqual({ answeredAt: 7_000, answered: [{ at: 7_000, number: '103' }] });
});

test('the offer of a queue: it was answered, not withdrawn', () => {
  const call = stage.arrive();
  stage.press(call, '0');
  stage.later(2_000);
  stage.world.replace(stage.phone(call, '10'), '103');
  const outcomes = stage.effects('concludeOffer').map(({ extension, outcome }) => [extension, outcome]);
  expect(outcomes).toEqual([['10', 'answered']]);
  expect(stage.effects('leaveQueue')).toHaveLength(1);
  expect(stage.world.acd.queues.reception).toEqual([]);
  expect(recorded(call)).toEqual({ answeredAt: 2_000, answered: [{ at: 2_000, number: '103' }] });
});

test('a conversation, a transfer target, a recall: each of them is told beside the first answer', () => {
  const talk = stage.conversation();
  stage.later(1_000);
  stage.world.replace(talk.operator, '103');
  expect(recorded(talk.call).answered).toEqual([
    { at: 0, number: '10' },
    { at: 1_000, number: '103' },
  ]);

  stage = new Stage();
  const { call, operator } = stage.conversation();
  stage.world.refer(operator, '101');
  stage.later(3_000);
  stage.world.replace(stage.phone(call, '101'), '103');
  expect(recorded(call)).toEqual({
    answeredAt: 0,
    answered: [
      { at: 0, number: '10' },
      { at: 3_000, number: '103' },
    ],
  });

  stage = new Stage();
  const back = stage.conversation();
  stage.world.refer(back.operator, '101');
  stage.world.hangUp(back.operator);
  stage.fail(stage.phone(back.call, '101'), 'busy');
  stage.later(4_000);
  stage.world.replace(stage.phone(back.call, '10'), '103');
  expect(recorded(back.call).answered.at(-1)).toEqual({ at: 4_000, number: '103' });
});

test('a call with a long history: the answer is in its record, although its way is cut short', () => {
  const call = stage.arrive();
  for (let i = 0; i < 300; i++) {
    stage.press(call, '9');
    stage.later(3_000);
  }
  stage.press(call, '103');
  const { length } = stage.world.call(call).trail;
  stage.world.answer(stage.phone(call, '103'));
  expect(stage.world.call(call).trail).toHaveLength(length);
  expect(recorded(call).answeredAt).toBeGreaterThan(0);
});
