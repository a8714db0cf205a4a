import { describe, expect, test } from 'vitest';
import type { Phone } from '../../support/world.ts';
import { Stage } from './stage.ts';

const announce = (stage: Stage, phone: Phone): void =>
  stage.world.post(phone.callId, { kind: 'legEarlyMedia', leg: phone.leg });

describe('sound of a phone before it answers', () => {
  test('is heard in place of ringback by a caller who was answered, and the answer goes on from there', () => {
    const stage = new Stage();
    const call = stage.arrive();
    stage.press(call, '101');
    const phone = stage.phone(call, '101');
    expect(stage.hears(call)).toBe('ringback');
    announce(stage, phone);
    expect(stage.hears(call)).toBe('101');
    expect(stage.phase(call).kind).toBe('ringing');
    stage.world.answer(phone);
    expect([stage.phase(call).kind, stage.hears(call)]).toEqual(['talking', '101']);
    expect(stage.effects('bridge').length).toBe(1);
  });

  test('is heard by a caller who was not answered, after a 183', () => {
    const stage = new Stage();
    const call = stage.dial('102', '101');
    expect(stage.effects('ring').length).toBe(1);
    announce(stage, stage.phone(call, '101'));
    announce(stage, stage.phone(call, '101'));
    expect(stage.effects('earlyMedia')).toEqual([{ kind: 'earlyMedia', leg: 'caller' }]);
    expect(stage.hears(call)).toBe('101');
    expect(stage.world.call(call).legs.caller?.state).toBe('offered');
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.ended(call)).toContain('refused');
  });

  test('is over when the phone is given up: ringback for the next one, to a caller who hears us', () => {
    const stage = new Stage();
    const call = stage.arrive();
    stage.press(call, '101');
    announce(stage, stage.phone(call, '101'));
    stage.world.clock.advance(60_000);
    expect(stage.phone(call, '101').state).toBe('cancelled');
    expect(stage.hears(call)).not.toBe('101');
  });

  test('is over when its media server fails, for it goes on to that one: ringback until the answer', () => {
    const stage = new Stage();
    const call = stage.arrive();
    stage.press(call, '101');
    const phone = stage.phone(call, '101');
    announce(stage, phone);
    stage.world.strand(phone);
    expect(stage.hears(call)).toBe('ringback');
    stage.world.bringBack(phone);
    expect(stage.hears(call)).toBe('ringback');
    expect(stage.effects('bridge').length).toBe(1);
    stage.world.answer(phone);
    expect(stage.hears(call)).toBe('101');
    expect(stage.effects('bridge').length).toBe(2);
  });

  test('is not heard where several phones ring', () => {
    const stage = new Stage();
    const call = stage.arrive();
    stage.press(call, '2');
    const dialled = stage.effects('dial').map(({ extension }) => extension);
    if (dialled.length < 2) expect.unreachable();
    announce(stage, stage.phone(call, dialled[0] as string));
    expect(stage.hears(call)).toBe('ringback');
  });

  test('is not heard by a caller in a queue, whose music goes on', () => {
    const stage = new Stage();
    const call = stage.arrive();
    stage.press(call, '0');
    announce(stage, stage.phone(call, '10'));
    expect(stage.hears(call)).toBe('music');
  });

  test('of the target of a transfer is heard by the caller; after its time there is ringback', () => {
    const stage = new Stage();
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '102');
    const target = stage.phone(call, '102');
    announce(stage, target);
    expect(stage.hears(call)).toBe('102');
    stage.world.clock.advance(20_000);
    expect(target.state).toBe('cancelled');
    expect(stage.hears(call)).toBe('ringback');
  });

  test('of an operator to whom a call comes back is heard by nobody', () => {
    const stage = new Stage();
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '102');
    stage.world.hangUp(operator);
    stage.fail(stage.phone(call, '102'), 'busy');
    expect(stage.phase(call).kind).toBe('recalling');
    const before = stage.hears(call);
    announce(stage, stage.phone(call, '10'));
    expect(stage.hears(call)).toBe(before);
  });
});
