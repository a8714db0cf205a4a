import { beforeEach, describe, expect, test } from 'vitest';
import type { NumberMatch } from '../../../src/dialplan/plan.ts';
import { officePlan, to } from '../../support/plan.ts';
import type { Phone } from '../../support/world.ts';
import { Stage } from './stage.ts';

let stage: Stage;
let call: string;
let operator: Phone;
beforeEach(() => {
  stage = new Stage();
  ({ call, operator } = stage.conversation());
});

const press = (digits: string): void => stage.press(call, digits, operator.leg);
const hear = (): readonly string[] => [stage.hears(call), stage.hears(call, operator.leg)];

describe('keying', () => {
  test('goes back to the caller by its code, by # alone, by hold, and when nothing comes', () => {
    for (const back of ['*0', '#']) {
      press('##');
      press(back);
      expect(hear()).toEqual(['10', '+36301111111']);
    }
    press('##');
    stage.hold(operator);
    stage.hold(operator, false);
    expect(hear()).toEqual(['10', '+36301111111']);
    press('##');
    stage.later(9_999);
    expect(stage.phase(call).kind).toBe('keying');
    stage.later(1);
    expect(hear()).toEqual(['10', '+36301111111']);
  });

  test('ends a number with #, which is no part of it', () => {
    press('##');
    press('10');
    expect(stage.phase(call).kind).toBe('keying');
    press('#');
    expect(hear()).toEqual(['music', 'tone']);
    stage.later(1_000);
    press('##');
    press('101#');
    expect(stage.phase(call)).toMatchObject({ kind: 'transferring', number: '101' });
  });

  test('goes on, although the error tone never ends', () => {
    press('##');
    press('7');
    expect(stage.world.call(call).timers.refusal?.reason).toBe('the error tone does not end');
    stage.world.post(call, { kind: 'timerFired', name: 'refusal' });
    expect(hear()).toEqual(['10', '+36301111111']);
  });

  test('and hanging up at once is a transfer, although the target was busy before', () => {
    press('##');
    press('101');
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(hear()).toEqual(['10', '+36301111111']);
    stage.later(300);
    stage.world.hangUp(operator);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'busy', number: '101' });
  });

  test('takes no digits while the error tone sounds, which ends by itself', () => {
    press('##');
    press('7');
    expect(hear()).toEqual(['music', 'tone']);
    press('101');
    expect(stage.phase(call)).toMatchObject({ kind: 'keying', digits: '7' });
    stage.later(1_000);
    expect(hear()).toEqual(['10', '+36301111111']);
  });

  test('is left by the caller, or by the operator, whom the call comes back to', () => {
    press('##');
    stage.world.hangUp(operator);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'held', number: '' });
    stage.world.hangUp({ ...operator, leg: 'caller' });
    const second = stage.conversation();
    stage.press(second.call, '##', second.operator.leg);
    stage.world.hangUp({ ...second.operator, leg: 'caller' });
    expect([stage.ended(second.call), second.operator.state]).toEqual(['completed', 'gone']);
  });

  test('gives music to a caller who resumes, and nothing to one who holds', () => {
    press('##');
    const caller = { ...operator, leg: 'caller' };
    stage.hold(caller);
    expect(stage.hears(call)).toBe('nothing');
    stage.hold(caller, false);
    expect(stage.hears(call)).toBe('music');
  });
});

describe('a number of a rule', () => {
  const { at } = to('extension', '103');
  const route = to('extension', '103');

  function onPlan(match: NumberMatch, trunk?: string): void {
    const rule = { match, route, at, ...(trunk === undefined ? {} : { trunk }) };
    stage = new Stage({ numbers: [...officePlan().numbers, rule] });
    ({ call, operator } = stage.conversation());
    press('##');
  }

  test.each<[string, NumberMatch, string, string]>([
    ['a longer beginning', { kind: 'prefix', prefix: '855' }, '85', '8551'],
    ['a pattern', { kind: 'pattern', pattern: '8xxx', prefix: '8' }, '855', '8551'],
    ['a pattern with digits at its end', { kind: 'pattern', pattern: 'x5x1', prefix: '' }, '855', '8551'],
    ['an open pattern', { kind: 'pattern', pattern: '8x5*', prefix: '8' }, '855', '8551'],
    ['an exact number', { kind: 'exact', number: '8551' }, '855', '8551'],
  ])('is waited for to its end: %s', (_, match, unfinished, number) => {
    onPlan(match);
    for (const digit of unfinished) {
      press(digit);
      expect(stage.phase(call)).toMatchObject({ kind: 'keying', refusal: undefined });
    }
    press(number.slice(unfinished.length));
    stage.later(3_000);
    expect(stage.phase(call)).toMatchObject({ kind: 'transferring', number });
    expect(stage.phone(call, '103').state).toBe('dialed');
  });

  test('is dialled at once where no digit can follow', () => {
    onPlan({ kind: 'pattern', pattern: '8xxx', prefix: '8' });
    press('8551');
    expect(stage.phase(call)).toMatchObject({ kind: 'transferring', number: '8551' });
  });

  test('goes before an extension that it begins like', () => {
    // `103` is an extension, and `103x` a rule.
    onPlan({ kind: 'pattern', pattern: '103x', prefix: '103' });
    press('103');
    expect(stage.phase(call).kind).toBe('keying');
    press('7');
    expect(stage.phase(call)).toMatchObject({ kind: 'transferring', number: '1037' });
  });

  test.each<[string, NumberMatch]>([
    ['another beginning', { kind: 'prefix', prefix: '955' }],
    ['a pattern that it does not fit', { kind: 'pattern', pattern: '9xxx', prefix: '9' }],
    ['an open pattern that it does not fit', { kind: 'pattern', pattern: '9*', prefix: '9' }],
  ])('that it cannot become is not waited for: %s', (_, match) => {
    onPlan(match);
    press('8');
    expect(hear()).toEqual(['music', 'tone']);
  });

  test('for the calls of a trunk alone is not dialled from here', () => {
    onPlan({ kind: 'prefix', prefix: '855' }, 'pstn');
    press('8');
    expect(hear()).toEqual(['music', 'tone']);
  });

  test('has an end', () => {
    onPlan({ kind: 'prefix', prefix: '8' });
    press('8'.repeat(31));
    expect(stage.phase(call).kind).toBe('keying');
    press('8');
    expect(stage.phase(call)).toMatchObject({ kind: 'transferring', number: '8'.repeat(32) });
  });
});

describe('consulting', () => {
  function consult(answered: boolean): Phone {
    press('*2');
    press('102');
    const target = stage.phone(call, '102');
    if (answered) stage.world.answer(target);
    return target;
  }

  test('rings the target past its forwards, shown the operator', () => {
    consult(false);
    expect(stage.effects('dial').at(-1)?.shown).toMatchObject({ number: '10', alert: 'internal', divert: 'inhibit' });
    expect(hear()).toEqual(['music', 'ringback']);
  });

  test('is over when nobody answers: the ringing stops, and the caller is there again', () => {
    const target = consult(false);
    stage.later(20_000);
    expect(target.state).toBe('cancelled');
    expect(hear()).toEqual(['10', '+36301111111']);
    expect(stage.events()).toEqual(['transferStarted', 'transferFailed']);
  });

  test('left while it rings: whoever answers then is shown the caller', () => {
    const target = consult(false);
    stage.world.hangUp(operator);
    stage.world.answer(target);
    expect(stage.hears(call)).toBe('102');
    expect(stage.effects('identify')[0]).toMatchObject({ leg: target.leg, who: { number: '+36301111111' } });
  });

  test('left in the moment in which the target declines: the caller comes back', () => {
    const target = consult(false);
    stage.fail(target, 'declined');
    stage.later(300);
    stage.world.hangUp(operator);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'declined' });
  });

  test('is over when the target hangs up: the caller is there again', () => {
    const target = consult(true);
    stage.world.hangUp(target);
    expect(hear()).toEqual(['10', '+36301111111']);
    expect(stage.effects('notify').at(-1)?.event).toMatchObject({ kind: 'transferFailed', reason: 'declined' });
  });

  test('and changing one’s mind is an abandoned transfer', () => {
    consult(true);
    press('*');
    stage.later(3_000);
    press('0');
    expect(stage.phase(call).kind).toBe('consulting');
    press('*0');
    expect(hear()).toEqual(['10', '+36301111111']);
    expect(stage.effects('notify').at(-1)?.event).toMatchObject({ kind: 'transferAbandoned', by: 'transferor' });
  });

  test('goes on between the colleagues when the caller hangs up; ringing stops', () => {
    const target = consult(true);
    stage.world.hangUp({ ...operator, leg: 'caller' });
    expect(stage.phase(call)).toMatchObject({ kind: 'talking', party: operator.leg, peer: target.leg });
    expect(stage.hears(call, operator.leg)).toBe('102');
    expect(stage.effects('notify').at(-1)?.event).toMatchObject({ kind: 'transferAbandoned', by: 'transferee' });
    stage.world.hangUp(operator);
    ({ call, operator } = stage.conversation());
    const ringing = consult(false);
    stage.world.hangUp({ ...operator, leg: 'caller' });
    expect([ringing.state, operator.state, stage.ended(call)]).toEqual(['gone', 'gone', 'completed']);
  });

  test('with holds: each hears what the others leave them', () => {
    const target = consult(false);
    stage.hold(operator);
    expect(hear()).toEqual(['music', 'nothing']);
    stage.hold(operator, false);
    expect(hear()).toEqual(['music', 'ringback']);
    stage.world.answer(target);
    stage.hold(operator);
    expect([...hear(), stage.hears(call, target.leg)]).toEqual(['music', 'nothing', 'music']);
    stage.hold(operator, false);
    expect([...hear(), stage.hears(call, target.leg)]).toEqual(['music', '102', '10']);
    stage.hold({ ...operator, leg: 'caller' });
    expect(stage.hears(call)).toBe('nothing');
    stage.hold({ ...operator, leg: 'caller' }, false);
    expect(stage.hears(call)).toBe('music');
  });

  test('ends at last where nobody ends it', () => {
    consult(true);
    stage.later(12 * 3_600_000);
    expect(stage.ended(call)).toBe('failed');
  });
});
