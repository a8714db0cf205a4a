import { beforeEach, describe, expect, test } from 'vitest';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { officePlan } from '../../support/plan.ts';
import { Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

function withRecall(change: Partial<Dialplan['transfer']['recall']>): void {
  const { transfer } = officePlan();
  stage = new Stage({ transfer: { ...transfer, recall: { ...transfer.recall, ...change } } });
}

/** Anna was transferred to 101, and the operator has gone. */
function alone() {
  const { call, operator } = stage.conversation();
  const transferId = stage.world.refer(operator, '101');
  stage.world.hangUp(operator);
  return { call, target: stage.phone(call, '101'), caller: { ...operator, leg: 'caller' }, transferId };
}

const reports = (transferId: string): readonly number[] => stage.world.transfers.get(transferId)?.reports ?? [];

describe('while the target rings', () => {
  test('it is not to forward the call', () => {
    alone();
    expect(stage.effects('dial').at(-1)?.shown.divert).toBe('inhibit');
  });

  test('a caller who holds hears nothing, and ringback again afterwards; so does the operator', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['ringback', 'ringback']);
    for (const phone of [{ ...operator, leg: 'caller' }, operator]) {
      stage.hold(phone);
      expect(stage.hears(call, phone.leg)).toBe('nothing');
      stage.hold(phone, false);
      expect(stage.hears(call, phone.leg)).toBe('ringback');
    }
  });

  test('a target that is lost counts as unreachable', () => {
    const { call, target } = alone();
    stage.world.lose(target, 'media');
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'unreachable' });
  });

  test('the total limit stops it, and the caller goes to the fallback', () => {
    withRecall({ maxTotal: 5_000 });
    const { call, target } = alone();
    stage.later(4_999);
    expect(stage.phase(call).kind).toBe('transferring');
    stage.later(1);
    expect([target.state, stage.phase(call).kind]).toEqual(['cancelled', 'queued']);
    expect(stage.world.call(call).adriftSince).toBeUndefined();
  });

  test('a late failure of it is not the failure of the next transfer', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    stage.later(20_500);
    expect(stage.phase(call).kind).toBe('talking');
    const late = stage.phone(call, '101');
    stage.world.refer(operator, '102');
    stage.settle(late);
    expect(stage.phase(call)).toMatchObject({ kind: 'transferring', number: '102' });
  });

  test('the total limit means nothing to a caller who waits for a person again', () => {
    withRecall({ maxTotal: 30_000 });
    const { call, target } = alone();
    stage.fail(target, 'busy');
    stage.fail(stage.phone(call, '10'), 'busy');
    expect(Object.keys(stage.world.call(call).timers)).not.toContain('adrift');
    stage.later(31_000);
    expect(stage.phase(call).kind).toBe('queued');
  });
});

describe('the recall', () => {
  test('of somebody who is no extension any more goes to the fallback', () => {
    const call = stage.dial('99', '102');
    stage.world.answer(stage.phone(call, '102'));
    const transferor = stage.phone(call, '99');
    stage.world.refer(transferor, '101');
    stage.world.hangUp(transferor);
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.phase(call).kind).toBe('queued');
  });

  test('of a caller left on hold does not ask for a reason', () => {
    withRecall({ on: [] });
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    stage.world.hangUp(operator);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'held' });
  });

  test('stops ringing when its time is over', () => {
    const { call, target } = alone();
    stage.fail(target, 'busy');
    const operator = stage.phone(call, '10');
    stage.later(30_000);
    expect([operator.state, stage.phase(call).kind]).toEqual(['cancelled', 'queued']);
  });

  test('that is lost goes to the fallback', () => {
    const { call, target } = alone();
    stage.fail(target, 'busy');
    stage.world.lose(stage.phone(call, '10'), 'media');
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.events().at(-1)).toBe('recallFailed');
  });

  test('can be picked up by a colleague', () => {
    const { call, target } = alone();
    stage.fail(target, 'busy');
    const operator = stage.phone(call, '10');
    stage.world.replace(operator, '103');
    expect([operator.state, stage.hears(call)]).toEqual(['cancelled', '103']);
    expect(stage.events().at(-1)).toBe('recallAnswered');
  });

  test('is refused too late by the total limit', () => {
    withRecall({ maxTotal: 20_300 });
    const { call, target } = alone();
    stage.later(20_000);
    expect(target.state).toBe('cancelled');
    stage.later(300);
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.events()).not.toContain('recallStarted');
  });
});

describe('attended', () => {
  function consultation(held = true) {
    const { call, operator } = stage.conversation();
    if (held) stage.hold(operator);
    const second = stage.dial('10', '102');
    const target = stage.phone(second, '102');
    stage.world.answer(target);
    return { call, operator, second, own: stage.phone(second, '10') };
  }

  test('a transferor that stays is released after a while', () => {
    const { call, operator, own } = consultation();
    stage.world.refer(operator, '', own);
    expect(stage.hears(call)).toBe('102');
    stage.later(999);
    expect(operator.state).toBe('answered');
    stage.later(1);
    expect(operator.state).toBe('gone');
  });

  test('a target that the operator holds is silenced before it goes over', () => {
    const { call, operator, second, own } = consultation();
    stage.hold(own);
    expect(stage.hears(second, stage.phone(second, '102').leg)).toBe('music');
    stage.world.refer(operator, '', own);
    const kinds = stage.world.effects.filter(({ callId }) => callId === second).map(({ effect }) => effect.kind);
    expect(kinds.slice(kinds.lastIndexOf('stopPlaying'))).toEqual(['stopPlaying', 'handOver', 'hangUp', 'finish']);
    expect(stage.hears(call)).toBe('102');
  });

  test('to a leg of the same call is refused', () => {
    const { call, operator } = stage.conversation();
    const effects = stage.world.effects.length;
    expect(reports(stage.world.refer(operator, '', { ...operator, leg: 'caller' }))).toEqual([481]);
    expect(stage.world.effects.slice(effects).map(({ effect }) => effect.kind)).toEqual(['refuseTransfer']);
    expect(stage.hears(call)).toBe('10');
  });

  test('to a group that rings: the caller rings it from the beginning', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    Object.assign(stage.world.plan.internalNumbers, sales);
    const second = stage.dial('10', '5');
    expect(stage.phase(second).kind).toBe('ringing');
    stage.world.refer(operator, '', stage.phone(second, '10'));
    expect(stage.phase(call)).toMatchObject({ kind: 'ringing', node: { kind: 'group', name: 'sales' } });
    expect(stage.world.alive(call).filter(({ extension }) => extension !== '10')).toHaveLength(3);
    expect(stage.hears(call)).toBe('ringback');
  });

  test('to a queue that rings an operator for the transferor: the caller waits there, and the operator is rung anew', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    const second = stage.dial('10', '0');
    expect(stage.phase(second)).toMatchObject({ kind: 'queued', offer: { extension: '11' } });
    expect(reports(stage.world.refer(operator, '', stage.phone(second, '10')))).toEqual([200]);
    expect([stage.ended(second), stage.hears(call)]).toEqual(['transferred', 'music']);
    expect(stage.phase(call)).toMatchObject({ kind: 'queued', offer: { extension: '11' } });
    expect(stage.world.alive(second)).toEqual([]);
  });

  test('while it is prepared, what is heard follows the holds', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '', { ...operator, callId: 'nowhere' });
    expect(stage.hears(call)).toBe('10');
    stage.hold(operator);
    expect(stage.hears(call)).toBe('music');
    stage.hold(operator, false);
    expect(stage.hears(call)).toBe('10');
  });

  test('takes nothing that another transfer asked for', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '', { ...operator, callId: 'nowhere' });
    stage.world.post(call, { kind: 'handedOver', transferId: 'another', what: { kind: 'refused' } });
    expect(stage.phase(call).kind).toBe('adopting');
  });
});

const sales = { '5': { to: { kind: 'group', name: 'sales' }, at: { file: 'office.yaml', line: 1, col: 1 } } } as const;
