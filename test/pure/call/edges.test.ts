import { beforeEach, describe, expect, test } from 'vitest';
import { recordOf } from '../../../src/call/record.ts';
import { extension, officePlan, to } from '../../support/plan.ts';
import { Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

const { reception } = officePlan().queues;
if (reception === undefined) throw new Error('the office has a reception');
const plays = (leg = 'caller'): readonly string[] =>
  stage.effects('play').flatMap(({ leg: at, hearing }) => {
    if (at !== leg) return [];
    return [hearing.kind === 'music' ? `music ${hearing.name}` : hearing.kind];
  });

describe('music and ringback', () => {
  test('begin anew where they are others, and go on where they are the same', () => {
    const queue = (name: string, music: string, next: string) => ({
      ...reception,
      name,
      agents: [],
      music,
      maxWait: 1_000,
      overflow: to('queue', next),
    });
    stage = new Stage({
      queues: {
        reception: queue('reception', 'jazz', 'second'),
        second: queue('second', 'jazz', 'third'),
        third: queue('third', 'default', 'reception'),
      },
    });
    const call = stage.arrive();
    stage.press(call, '0');
    stage.later(2_500);
    expect(stage.phase(call)).toMatchObject({ kind: 'queued', queue: 'third' });
    expect(plays().filter(sound => sound.startsWith('music'))).toEqual(['music jazz', 'music default']);
  });

  test('go on from one member of a group to the next', () => {
    const call = stage.arrive();
    stage.press(call, '3');
    stage.later(10_000);
    expect(stage.phone(call, '103').state).toBe('dialed');
    expect(plays().filter(sound => sound === 'ringback')).toEqual(['ringback']);
  });
});

describe('a group that rings together', () => {
  test('rings on when one member is busy, and fails with the last', () => {
    const call = stage.arrive();
    stage.press(call, '2');
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { kind: 'group', name: 'sales' } });
    expect(stage.phone(call, '102').state).toBe('dialed');
    stage.fail(stage.phone(call, '102'), 'busy');
    expect(stage.phase(call).kind).toBe('queued');
  });
});

describe('a menu', () => {
  test('takes digits that go no further for a mistake, when no other one comes', () => {
    const call = stage.arrive();
    stage.press(call, '1');
    stage.later(2_999);
    expect(stage.hears(call)).toBe('silence');
    stage.later(1);
    expect(stage.hears(call)).toBe('en: sorry, welcome');
  });
});

test('a colleague who has been answered goes where lost calls go, and is not refused', () => {
  const { announcements } = officePlan();
  const { closed } = announcements;
  if (closed === undefined) throw new Error('there is an announcement');
  stage = new Stage({
    announcements: { closed: { ...closed, then: to('extension', '101') } },
    internalNumbers: { '5': to('announcement', 'closed') },
  });
  const call = stage.dial('102', '5');
  stage.later(1_000);
  stage.fail(stage.phone(call, '101'), 'busy');
  expect(stage.phase(call)).toMatchObject({ kind: 'queued', queue: 'reception' });
});

describe('an agent is offered', () => {
  test.each([
    ['to a call that is in no queue', ''],
    ['to a call of another queue', '0'],
  ])('%s: the queue hears that nothing came of it', (_, keys) => {
    stage.world.register('10', false);
    stage.world.register('11', false);
    const call = stage.arrive();
    stage.press(call, keys);
    stage.world.post(call, { kind: 'agentOffered', queue: 'support', extension: '103' });
    expect(stage.effects('concludeOffer')).toEqual([
      { kind: 'concludeOffer', queue: 'support', extension: '103', outcome: 'withdrawn' },
    ]);
    expect(stage.effects('dial')).toEqual([]);
  });
});

describe('a transferor on the way out', () => {
  test('may not transfer once more', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    stage.world.answer(stage.phone(call, '101'));
    const second = stage.world.refer(operator, '102');
    expect(stage.world.transfers.get(second)?.reports).toEqual([491]);
    expect(stage.phase(call)).toMatchObject({ kind: 'talking', peer: stage.phone(call, '101').leg });
    expect(stage.effects('dial').map(({ extension: number }) => number)).toEqual(['10', '101']);
  });

  test('is released, and the code that the target has begun to key is not forgotten by that', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    const target = stage.phone(call, '101');
    stage.world.answer(target);
    stage.later(900);
    stage.press(call, '#', target.leg);
    stage.later(100);
    expect(operator.state).toBe('gone');
    stage.press(call, '#', target.leg);
    expect(stage.phase(call)).toMatchObject({ kind: 'keying', transferor: target.leg });
  });

  test('is asked for by another call: there is nothing to hand over', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    stage.world.answer(stage.phone(call, '101'));
    const other = stage.dial('102', '103');
    const request = { kind: 'legRequested', leg: operator.leg, by: other, transferId: 't', as: 'leg9' } as const;
    stage.world.post(call, request);
    expect(stage.effects('handOver').at(-1)?.what).toEqual({ kind: 'refused' });
    expect(stage.phase(call).kind).toBe('talking');
  });

  test('cannot be taken the place of', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    stage.world.answer(stage.phone(call, '101'));
    stage.world.replace(operator, '103');
    expect(stage.effects('hangUp').at(-1)).toMatchObject({ status: 481 });
    expect(stage.phase(call)).toMatchObject({ kind: 'talking', peer: stage.phone(call, '101').leg });
  });
});

test('INVITE with Replaces takes the place of either of two who talk', () => {
  const call = stage.dial('101', '102');
  const peer = stage.phone(call, '102');
  stage.world.answer(peer);
  stage.world.replace({ ...peer, leg: 'caller' }, '103');
  expect(stage.phase(call)).toMatchObject({ kind: 'talking', party: stage.phone(call, '103').leg, peer: peer.leg });
  expect(stage.hears(call, peer.leg)).toBe('103');
});

test('INVITE with Replaces for somebody who waits, while nobody is rung, is refused', () => {
  stage.world.register('10', false);
  stage.world.register('11', false);
  const call = stage.arrive();
  stage.press(call, '0');
  const [caller] = stage.world.alive(call);
  if (caller === undefined) throw new Error('the caller waits');
  stage.world.replace(caller, '103');
  expect(stage.effects('hangUp')).toMatchObject([{ status: 481 }]);
  expect(stage.phase(call)).toMatchObject({ kind: 'queued', party: 'caller' });
});

describe('the end of a call', () => {
  test('is an ordinary one for whoever is left', () => {
    const { operator } = stage.conversation();
    stage.world.hangUp({ ...operator, leg: 'caller' });
    expect(stage.effects('hangUp')).toEqual([
      { kind: 'hangUp', leg: operator.leg, status: undefined, text: 'Normal Clearing' },
    ]);
  });

  test('is told as ours where it is', () => {
    const { call, operator } = stage.conversation();
    stage.world.stop(call);
    expect(stage.effects('hangUp')).toMatchObject([
      { leg: 'caller', status: 503 },
      { leg: operator.leg, status: 503 },
    ]);
  });

  test('leaves a record whose transfers are told flat', () => {
    const { call, operator } = stage.conversation();
    stage.later(1_000);
    stage.world.refer(operator, '101');
    stage.fail(stage.phone(call, '101'), 'busy');
    stage.world.hangUp(operator);
    const [recall] = stage.effects('notify').flatMap(({ event }) => (event.kind === 'recallStarted' ? [event] : []));
    expect(recall).toMatchObject({ nth: 1, operator: '10', target: '101' });
    const { steps } = recordOf(
      stage.world.call(call),
      'office',
      { result: 'completed', reason: '', by: 'caller' },
      stage.world.clock.now(),
    );
    expect(steps).toContainEqual(expect.objectContaining({ at: 1_000, kind: 'transferFailed', reason: 'busy' }));
    expect(steps).toContainEqual(expect.objectContaining({ kind: 'recallStarted', nth: 1 }));
  });
});

test('an operator whose REFER names the call itself, and who hangs up at the refusal, is rung again', () => {
  const { call, operator } = stage.conversation();
  stage.world.refer(operator, '101', { ...operator, leg: 'caller' });
  stage.world.hangUp(operator);
  expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'unreachable' });
});

test('codes that a dialplan does not offer leave the others as they are', () => {
  stage = new Stage({ features: { attendedTransfer: '*2', interDigit: 3_000 } });
  const { call, operator } = stage.conversation();
  stage.press(call, '##*2', operator.leg);
  expect(stage.phase(call)).toMatchObject({ kind: 'keying', purpose: 'attended' });
});

test('the end of the tone before a refusal, told late, does not cut the refusal short', () => {
  const { call, operator } = stage.conversation();
  stage.press(call, '##', operator.leg);
  const confirm = stage.effects('play').at(-1)?.hearing;
  stage.press(call, '7', operator.leg);
  expect(stage.phase(call)).toMatchObject({ kind: 'keying', digits: '7' });
  if (confirm?.kind !== 'tone') throw new Error('a tone confirms the code');
  stage.world.post(call, { kind: 'playFinished', leg: operator.leg, playId: confirm.playId });
  expect(stage.phase(call)).toMatchObject({ kind: 'keying', digits: '7' });
});

test('an extension with a forward to a group is a target like any other', () => {
  const forward = extension('103', { forward: to('group', 'sales') });
  stage = new Stage({ extensions: { ...officePlan().extensions, '103': forward } });
  const call = stage.arrive();
  stage.press(call, '103');
  expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { kind: 'group', name: 'sales' } });
});
