import { beforeEach, describe, expect, test } from 'vitest';
import { recordOf } from '../../../src/call/record.ts';
import { alone } from '../../../src/call/shared.ts';
import { step } from '../../../src/call/step.ts';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { officePlan, to } from '../../support/plan.ts';
import { Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

/** A caller who waits, and is offered to 10. */
function offered(): string {
  const call = stage.arrive();
  stage.press(call, '0');
  expect(stage.phone(call, '10').state).toBe('dialed');
  return call;
}

describe('the offer of a queue', () => {
  test.each([
    ['busy', 'busy'],
    ['declined', 'declined'],
    ['noAnswer', 'ringNoAnswer'],
    ['cancelled', 'ringNoAnswer'],
    ['unreachable', 'unreachable'],
    ['unavailable', 'unreachable'],
    ['noSuchNumber', 'unreachable'],
  ] as const)('that ends as %s is concluded as %s', (reason, outcome) => {
    const call = offered();
    stage.fail(stage.phone(call, '10'), reason);
    expect(stage.effects('concludeOffer')).toMatchObject([{ queue: 'reception', extension: '10', outcome }]);
  });

  test('is one at a time: another one is withdrawn, and the first goes on', () => {
    const call = offered();
    stage.world.post(call, { kind: 'agentOffered', queue: 'reception', extension: '11' });
    expect(stage.effects('concludeOffer')).toMatchObject([{ extension: '11', outcome: 'withdrawn' }]);
    expect(stage.effects('dial')).toHaveLength(1);
  });

  test('after the end of the call is withdrawn, and nothing else is done any more', () => {
    const call = offered();
    stage.world.hangUp({ ...stage.phone(call, '10'), leg: 'caller' });
    expect(stage.phase(call).kind).toBe('ended');
    const before = stage.world.effects.length;
    stage.world.post(call, { kind: 'agentOffered', queue: 'reception', extension: '11' });
    stage.world.post(call, { kind: 'digitPressed', leg: 'caller', digit: '1' });
    stage.world.post(call, { kind: 'stopRequested', reason: 'once more' });
    expect(stage.world.effects.slice(before).map(({ effect }) => effect)).toMatchObject([
      { kind: 'concludeOffer', extension: '11', outcome: 'withdrawn' },
    ]);
  });
});

describe('what another call gets that asks for whoever a leg talks to', () => {
  const ask = (call: string, leg = 'caller'): unknown => {
    const by = stage.dial('102', '103');
    stage.world.post(call, { kind: 'legRequested', leg, by, transferId: 't', as: 'leg9' });
    return stage.effects('handOver').at(-1)?.what;
  };
  const dialled = (internal: Dialplan['internalNumbers'][string]): string => {
    stage = new Stage({ internalNumbers: { '5': internal } });
    return stage.dial('10', '5');
  };

  test.each([
    ['a group that rings', 'group', 'sales'],
    ['a queue', 'queue', 'reception'],
    ['a menu', 'menu', 'main'],
  ] as const)('of %s: the place', (_, kind, name) => {
    if (kind === 'queue') stage.world.register('11', false);
    expect(ask(dialled(to(kind, name)))).toMatchObject({ kind: 'route', route: { to: { kind, name } } });
  });

  test('of an announcement: what comes after it; of a goodbye: nothing', () => {
    expect(ask(dialled(to('announcement', 'closed')))).toMatchObject({
      route: { to: { kind: 'goodbye', name: 'bye' } },
    });
    const call = dialled(to('goodbye', 'bye'));
    expect(ask(call)).toEqual({ kind: 'refused' });
    expect(stage.phase(call).kind).toBe('announcing');
  });

  test('of an extension that rings: its phone', () => {
    const call = stage.dial('10', '101');
    const { leg } = stage.phone(call, '101');
    expect(ask(call)).toMatchObject({ kind: 'leg', leg: { id: leg, state: 'dialing' } });
    expect(stage.ended(call)).toBe('transferred');
  });

  test('while a transfer runs: nothing', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    expect(ask(call, operator.leg)).toEqual({ kind: 'refused' });
    expect(stage.phase(call).kind).toBe('transferring');
  });
});

describe('a phone', () => {
  test('whose 200 crosses the CANCEL does not keep the caller waiting for its end', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    stage.world.hangUp(operator);
    stage.later(20_000);
    const target = stage.phone(call, '101');
    expect(target.state).toBe('cancelled');
    stage.world.answer(target);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'noAnswer' });
    expect(target.state).toBe('gone');
  });

  test('that says twice that it has answered has answered once', () => {
    const { call, operator } = stage.conversation();
    stage.world.post(call, { kind: 'legAnswered', leg: operator.leg });
    expect(stage.world.call(call).trail.filter(({ kind }) => kind === 'answered')).toHaveLength(1);
  });

  test('that talks in a consultation gets BYE, not CANCEL, when the operator goes back', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '*2102', operator.leg);
    const target = stage.phone(call, '102');
    stage.world.answer(target);
    stage.press(call, '*0', operator.leg);
    expect(stage.effects('cancel')).toEqual([]);
    expect(stage.effects('hangUp')).toMatchObject([{ leg: target.leg, status: undefined }]);
  });
});

describe('who is shown', () => {
  test('nobody anew, after a blind transfer: the target has been shown the caller from the first', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    stage.world.answer(stage.phone(call, '101'));
    expect(stage.effects('identify')).toEqual([]);
  });

  test.each([
    [{ number: '', display: undefined }, 'R: busy 101 – anonymous'],
    [{ number: '+36301111111', display: undefined }, 'R: busy 101 – +36 30 111 1111'],
  ])('to an operator to whom %j comes back', (who, display) => {
    const call = stage.world.arrive('+3612345678', { ...who, extension: undefined });
    stage.press(call, '0');
    const operator = stage.phone(call, '10');
    stage.world.answer(operator);
    stage.world.refer(operator, '101');
    stage.world.hangUp(operator);
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.effects('dial').at(-1)?.shown.display).toBe(display);
    const record = recordOf(stage.world.call(call), 'office', { result: 'failed', reason: '', by: 'system' }, 0);
    expect(record.from).toEqual({ number: who.number, display: null });
  });
});

test('an announced transfer by keypad to a queue goes there at once: nobody could be spoken with', () => {
  const { call, operator } = stage.conversation();
  stage.press(call, '*20', operator.leg);
  stage.later(3_000);
  expect(stage.phase(call)).toMatchObject({ kind: 'queued', queue: 'reception' });
});

test('a code may be keyed where none leads back', () => {
  const { features } = officePlan();
  const { cancelTransfer: _, ...without } = features;
  stage = new Stage({ features: without });
  const { call, operator } = stage.conversation();
  stage.press(call, '##102', operator.leg);
  expect(stage.phase(call)).toMatchObject({ kind: 'transferring', number: '102' });
});

test('a timer that is not set does nothing', () => {
  const { call } = stage.conversation();
  for (const name of ['ring', 'adrift', 'offer', 'keys:caller', 'leave:leg1', 'returned:leg1']) {
    stage.world.post(call, { kind: 'timerFired', name });
  }
  expect(stage.phase(call).kind).toBe('talking');
  expect(stage.effects('hangUp')).toEqual([]);
});

describe('a key of several digits', () => {
  const { main } = officePlan().menus;
  if (main === undefined) throw new Error('the office has a menu');
  const withKeys = (): string => {
    const keys = { ...main.keys, '21': to('group', 'support') };
    stage = new Stage({ menus: { main: { ...main, directDial: false, keys } } });
    return stage.arrive();
  };

  test('is waited for, and goes before its beginning', () => {
    const call = withKeys();
    stage.press(call, '2');
    expect(stage.phase(call).kind).toBe('menu');
    stage.press(call, '1');
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { name: 'support' } });
  });

  test('is not waited for longer than between two digits', () => {
    const call = withKeys();
    stage.press(call, '2');
    stage.later(3_000);
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { name: 'sales' } });
  });

  test('makes no extension one that can be dialled, where the menu has none', () => {
    const call = withKeys();
    stage.press(call, '1');
    expect(stage.hears(call)).toBe('en: sorry, welcome');
  });
});

test('the target of a consultation rings once, however often its phone says so', () => {
  const { call, operator } = stage.conversation();
  stage.press(call, '*2102', operator.leg);
  const target = stage.phone(call, '102');
  stage.world.ring(target);
  stage.world.ring(target);
  expect(stage.events()).toEqual(['transferStarted', 'transferRinging']);
});

test('what the other one presses is no part of the number that is keyed', () => {
  const call = stage.dial('101', '102');
  const peer = stage.phone(call, '102');
  stage.world.answer(peer);
  stage.press(call, '##', peer.leg);
  stage.press(call, '10', 'caller');
  expect(stage.phase(call)).toMatchObject({ kind: 'keying', transferor: peer.leg, digits: '' });
  stage.press(call, '103', peer.leg);
  expect(stage.phase(call)).toMatchObject({ kind: 'transferring', number: '103' });
});

test('a phone is cancelled once, although the limit of all returns passes while its end is awaited', () => {
  Object.assign(stage.world.plan.transfer.recall, { maxTotal: 20_200 });
  const { call, operator } = stage.conversation();
  stage.world.refer(operator, '101');
  stage.later(20_300);
  expect(stage.effects('cancel')).toHaveLength(1);
  expect(stage.phase(call).kind).not.toBe('transferring');
});

test('a call that is restored has its timers run on for what is left of them', () => {
  const call = stage.arrive();
  stage.later(1_000);
  expect(stage.phase(call)).toMatchObject({ kind: 'menu', stage: 'waiting' });
  stage.later(2_000);
  const { timers } = step(
    stage.world.plan,
    stage.world.call(call),
    { kind: 'restored' },
    stage.world.clock.now(),
    alone,
  );
  expect(timers).toMatchObject([{ kind: 'set', name: 'noInput', after: 3_000 }]);
});
