import { beforeEach, describe, expect, test } from 'vitest';
import { to } from '../../support/plan.ts';
import type { Phone } from '../../support/world.ts';
import { Stage } from './stage.ts';

const operatorAt = { file: 'office.yaml', line: 1, col: 1 };

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

/** Anna was transferred to 101, which rings; the operator has left or not. */
function transferred(left: boolean): { call: string; operator: Phone; target: Phone; transferId: string } {
  const { call, operator } = stage.conversation();
  const transferId = stage.world.refer(operator, '101');
  const target = stage.phone(call, '101');
  if (left) stage.world.hangUp(operator);
  return { call, operator, target, transferId };
}

const reports = (transferId: string): readonly number[] => stage.world.transfers.get(transferId)?.reports ?? [];

describe('R1: the target is resolved before anybody is touched', () => {
  test.each([
    ['an unknown number', 'nobody', 404],
    ['no number', '', 404],
    ['the operator itself', '10', 403],
  ])('%s is refused, and the conversation goes on', (_, target, status) => {
    const { call, operator } = stage.conversation();
    const effects = stage.world.effects.length;
    const transferId = stage.world.refer(operator, target);
    expect(reports(transferId)).toEqual([status]);
    expect(stage.world.effects.slice(effects).map(({ effect }) => effect.kind)).toEqual(['refuseTransfer']);
    expect(stage.hears(call)).toBe('10');
  });

  test.each([
    ['a number that is none', '9999', 'R: no such number 9999 – Anna', 404],
    ['no number at all', '', 'R: no such number – Anna', 404],
    ['oneself', '10', 'R: not allowed 10 – Anna', 403],
  ])(
    '%s: whose phone hangs up by itself at the refusal has not said goodbye, and reads why',
    (_, target, display, cause) => {
      // The operator dialled wrong: whatever else comes back, this does.
      Object.assign(stage.world.plan.transfer.recall, { on: ['noAnswer'] });
      const { call, operator } = stage.conversation();
      stage.world.refer(operator, target);
      stage.later(100);
      stage.world.hangUp(operator);
      expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10', number: target });
      expect(stage.effects('dial').at(-1)?.shown).toMatchObject({ display, reason: { cause } });
      expect(stage.hears(call)).toBe('music');
      stage.world.answer(stage.phone(call, '10'));
      expect(stage.hears(call)).toBe('10');
    },
  );

  test('and who talks on and hangs up later has said goodbye', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '9999');
    stage.later(11_000);
    stage.world.hangUp(operator);
    expect(stage.phase(call).kind).toBe('ended');
  });

  test('the operator itself by a number of ours is refused, on the keypad, too', () => {
    const { call, operator } = stage.conversation();
    const numbers = [{ match: { kind: 'prefix', prefix: '8' }, route: to('extension', '10'), at: operatorAt }] as const;
    Object.assign(stage.world.plan, { numbers });
    expect(reports(stage.world.refer(operator, '85'))).toEqual([403]);
    stage.press(call, '##85#', operator.leg);
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['music', 'tone']);
    stage.later(1_000);
    expect(stage.hears(call)).toBe('10');
  });

  test('the caller as target is refused', () => {
    const call = stage.dial('102', '10');
    stage.world.answer(stage.phone(call, '10'));
    const transferId = stage.world.refer(stage.phone(call, '10'), '102');
    expect(reports(transferId)).toEqual([403]);
  });

  test('a trunk may not transfer', () => {
    const { call, operator } = stage.conversation();
    const transferId = stage.world.refer({ ...operator, leg: 'caller' }, '101');
    expect(reports(transferId)).toEqual([403]);
    expect(stage.hears(call)).toBe('10');
  });
});

describe('R2: the transferor is told', () => {
  test('180, then the final status', () => {
    const { target, transferId } = transferred(false);
    target.state = 'ringing';
    stage.world.post(target.callId, { kind: 'legRinging', leg: target.leg });
    expect(reports(transferId)).toEqual([180]);
    stage.world.answer(target);
    expect(reports(transferId)).toEqual([180, 200]);
  });

  test('its BYE is welcome while the target rings, and the caller gets the target', () => {
    const { call, target } = transferred(true);
    expect(stage.hears(call)).toBe('ringback');
    stage.world.answer(target);
    expect([stage.hears(call), stage.hears(call, target.leg)]).toEqual(['101', '+36301111111']);
  });

  test('its BYE that crosses the failure is no goodbye to the caller', () => {
    const { call, operator, target } = transferred(false);
    stage.fail(target, 'busy');
    expect(stage.phase(call).kind).toBe('talking');
    stage.later(280);
    stage.world.hangUp(operator);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10', reason: 'busy' });
  });

  test('nor is the loss of its phone, for a colleague as for a caller from outside', () => {
    const call = stage.dial('11', '102');
    const desk = stage.phone(call, '102');
    stage.world.answer(desk);
    stage.world.refer(desk, '101');
    stage.fail(stage.phone(call, '101'), 'busy');
    stage.world.lose(desk, 'network');
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '102', reason: 'busy' });
    expect(stage.hears(call)).toBe('music');
  });

  test('nor is it where the other one has tried a transfer since', () => {
    const call = stage.dial('10', '102');
    const caller = stage.phone(call, '10');
    const desk = stage.phone(call, '102');
    stage.world.answer(desk);
    stage.world.refer(caller, '103');
    stage.fail(stage.phone(call, '103'), 'busy');
    stage.world.refer(desk, '9999');
    stage.world.hangUp(caller);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10', number: '103', reason: 'busy' });
  });

  test('nor is it where the other one has tried, and failed, to complete an attended transfer since', () => {
    const call = stage.dial('11', '102');
    const caller = stage.phone(call, '11');
    const desk = stage.phone(call, '102');
    stage.world.answer(desk);
    stage.world.refer(caller, '103');
    stage.fail(stage.phone(call, '103'), 'declined');
    const consulting = stage.dial('102', '101');
    const own = stage.phone(consulting, '102');
    stage.world.hangUp(own);
    stage.world.refer(desk, '', own);
    expect(stage.phase(call).kind).toBe('talking');
    stage.world.hangUp(caller);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '11', number: '103', reason: 'declined' });
  });

  test('its BYE after it has talked on is one', () => {
    const { call, operator, target } = transferred(false);
    stage.fail(target, 'busy');
    stage.later(10_000);
    stage.world.hangUp(operator);
    expect(stage.ended(call)).toBe('completed');
  });

  test('a transferor that stays is released after the transfer', () => {
    const { call, operator, target } = transferred(false);
    stage.world.answer(target);
    expect(operator.state).toBe('answered');
    stage.later(1_000);
    expect(operator.state).toBe('gone');
    expect(stage.hears(call)).toBe('101');
  });
});

describe('R4: the operator is still there', () => {
  test.each(['busy', 'declined', 'unreachable', 'unavailable'] as const)(
    'and gets the caller back when the target is %s',
    reason => {
      const { call, target, transferId } = transferred(false);
      stage.fail(target, reason);
      expect(stage.hears(call)).toBe('10');
      expect(reports(transferId).at(-1)).toBe({ busy: 486, declined: 603, unreachable: 480, unavailable: 480 }[reason]);
      expect(stage.events()).toEqual(['transferStarted', 'transferFailed']);
    },
  );

  test('and holds: the caller hears music until the operator resumes', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    stage.world.refer(operator, '101');
    expect(stage.hears(call)).toBe('ringback');
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.hears(call)).toBe('music');
    stage.hold(operator, false);
    expect(stage.hears(call)).toBe('10');
  });

  test('and hears a tone, and reads why the caller is back', () => {
    const { call, operator, target } = transferred(false);
    stage.fail(target, 'busy');
    expect(stage.hears(call)).toBe('10');
    expect(stage.effects('beep')).toMatchObject([{ leg: operator.leg, tone: 'returned' }]);
    expect(stage.effects('identify')).toMatchObject([
      { leg: operator.leg, who: { number: '+36301111111', display: 'R: busy 101 – Anna' }, returned: true },
    ]);
  });

  test('and hears it after an attempt by keypad, too', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '##101#', operator.leg);
    stage.later(1_000);
    stage.fail(stage.phone(call, '101'), 'declined');
    expect(stage.effects('beep')).toMatchObject([{ leg: operator.leg }]);
    expect(stage.effects('identify')).toMatchObject([{ who: { display: 'R: declined 101 – Anna' } }]);
  });

  test('while the media of the caller are away: no tone in the place of the music', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '101');
    const caller = stage.world.alive(call).find(({ leg }) => leg === 'caller');
    if (caller === undefined) throw new Error('the caller is gone');
    stage.world.strand(caller);
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.effects('beep')).toEqual([]);
    expect(stage.effects('play').at(-1)).toMatchObject({ leg: operator.leg, hearing: { kind: 'music' } });
  });

  describe('and holds, and does not resume', () => {
    /** The operator's phone has held the caller since before the transfer failed; the recall rings. */
    function notResumed() {
      const { call, operator } = stage.conversation();
      stage.hold(operator);
      stage.world.refer(operator, '101');
      stage.fail(stage.phone(call, '101'), 'busy');
      expect(stage.effects('beep')).toEqual([]);
      stage.later(4_900);
      expect(stage.phase(call).kind).toBe('talking');
      stage.later(200);
      const rung = stage.world.alive(call).find(({ extension, state }) => extension === '10' && state === 'dialed');
      if (rung === undefined) throw new Error('no recall rings');
      return { call, operator, rung };
    }

    test('is rung with the reason; the caller hears music', () => {
      const { call, operator } = notResumed();
      expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10', heldBy: operator.leg });
      expect(stage.effects('dial').at(-1)?.shown).toMatchObject({ display: 'R: busy 101 – Anna', alert: 'recall' });
      expect(stage.hears(call)).toBe('music');
      expect(stage.events()).toEqual(['transferStarted', 'transferFailed', 'recallStarted']);
    });

    test('takes the recall: the old call of the phone ends', () => {
      const { call, operator, rung } = notResumed();
      stage.world.answer(rung);
      expect(stage.hears(call)).toBe('10');
      expect(operator.state).toBe('gone');
      expect(rung.state).toBe('answered');
    });

    test('resumes after all: the recall stops ringing', () => {
      const { call, operator, rung } = notResumed();
      stage.hold(operator, false);
      expect(stage.phase(call)).toMatchObject({ kind: 'talking', peer: operator.leg });
      expect(stage.hears(call)).toBe('10');
      expect(rung.state).toBe('cancelled');
      expect(stage.events().at(-1)).toBe('recallAnswered');
    });

    test('hangs up while it rings: the recall goes on', () => {
      const { call, operator, rung } = notResumed();
      stage.world.hangUp(operator);
      expect(stage.phase(call)).toMatchObject({ kind: 'recalling', heldBy: undefined });
      stage.world.answer(rung);
      expect(stage.hears(call)).toBe('10');
    });

    test('does not take the recall either: the caller goes on, and the old call ends', () => {
      const { call, operator, rung } = notResumed();
      stage.fail(rung, 'declined');
      expect(stage.phase(call).kind).toBe('queued');
      expect(operator.state).toBe('gone');
    });

    test('transfers again: the recall stops ringing, and the transfer begins', () => {
      const { call, operator, rung } = notResumed();
      stage.world.refer(operator, '103');
      expect(rung.state).toBe('cancelled');
      expect(stage.phase(call)).toMatchObject({ kind: 'transferring', number: '103' });
      expect(stage.hears(call)).toBe('ringback');
      stage.world.answer(stage.phone(call, '103'));
      expect(stage.hears(call)).toBe('103');
    });

    test('transfers to a number that leads nowhere: refused, and the recall goes on', () => {
      const { call, operator, rung } = notResumed();
      const transferId = stage.world.refer(operator, 'nobody');
      expect(stage.world.transfers.get(transferId)?.final).toBe(404);
      expect(stage.phase(call)).toMatchObject({ kind: 'recalling', heldBy: operator.leg });
      expect(rung.state).toBe('dialed');
    });

    test('asks a colleague on another line, and transfers with it: by either of the two', () => {
      for (const by of ['the held one', 'the other one']) {
        stage = new Stage();
        const { call, operator, rung } = notResumed();
        const asking = stage.dial('10', '103');
        const colleague = stage.phone(asking, '103');
        stage.world.answer(colleague);
        const other = stage.phone(asking, '10');
        if (by === 'the held one') stage.world.refer(operator, '', other);
        else stage.world.refer(other, '', operator);
        expect(['cancelled', 'gone'], by).toContain(rung.state);
        const [phase] = [call, asking].map(id => stage.phase(id)).filter(({ kind }) => kind !== 'ended');
        expect(phase, by).toMatchObject({ kind: 'talking' });
        expect(stage.ended(by === 'the held one' ? asking : call), by).toBe('transferred');
      }
    });

    test.each(['held', 'rung'] as const)(
      'a colleague takes the call over from the %s leg: the other one ends',
      which => {
        const { call, operator, rung } = notResumed();
        stage.world.replace(which === 'held' ? operator : rung, '103');
        expect(stage.phase(call).kind).toBe('talking');
        expect(stage.hears(call)).toBe('103');
        expect(operator.state).toBe('gone');
        expect(rung.state).toBe('cancelled');
      },
    );

    test('holds at once after the REFER, when the transfer has failed already: is rung; by hand, later, is not', () => {
      for (const [after, kind] of [
        [900, 'recalling'],
        [1_100, 'talking'],
      ] as const) {
        stage = new Stage();
        const { call, operator } = stage.conversation();
        stage.world.refer(operator, '101');
        stage.fail(stage.phone(call, '101'), 'busy');
        stage.later(after);
        stage.hold(operator);
        stage.later(5_000);
        expect(stage.phase(call).kind, `${after} ms`).toBe(kind);
      }
    });

    test('after a number that cannot be dialled: is rung, too', () => {
      const { call, operator } = stage.conversation();
      stage.hold(operator);
      stage.world.refer(operator, '9999');
      stage.later(4_900);
      expect(stage.phase(call).kind).toBe('talking');
      stage.later(200);
      expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10', heldBy: operator.leg });
      expect(stage.effects('dial').at(-1)?.shown).toMatchObject({ display: 'R: no such number 9999 – Anna' });
      expect(stage.hears(call)).toBe('music');
    });

    test('after a number that cannot be dialled, but then dials the right one: nothing rings', () => {
      const { call, operator } = stage.conversation();
      stage.hold(operator);
      stage.world.refer(operator, '9999');
      stage.later(4_000);
      stage.world.refer(operator, '101');
      stage.later(2_000);
      expect(stage.phase(call).kind).toBe('transferring');
      stage.world.answer(stage.phone(call, '101'));
      stage.later(10_000);
      expect(stage.phase(call).kind).toBe('talking');
      expect(stage.hears(call)).toBe('101');
    });

    test('resumes in time: nothing rings', () => {
      const { call, operator } = stage.conversation();
      stage.hold(operator);
      stage.world.refer(operator, '101');
      stage.fail(stage.phone(call, '101'), 'busy');
      stage.later(4_000);
      stage.hold(operator, false);
      stage.hold(operator);
      stage.later(10_000);
      expect(stage.phase(call).kind).toBe('talking');
    });

    test('and is on its way out, relieved by a colleague: nobody waits for it', () => {
      const { call, operator, target } = transferred(false);
      stage.fail(target, 'busy');
      stage.world.replace(operator, '103');
      stage.hold(operator);
      stage.later(10_000);
      expect(stage.phase(call).kind).toBe('talking');
      expect(stage.hears(call)).toBe('103');
    });
  });
});

describe('R5: the operator has left', () => {
  test('nobody answers for 20 s: the phones of the operator ring, with the reason', () => {
    const { call, target } = transferred(true);
    stage.later(19_999);
    expect(target.state).toBe('dialed');
    stage.later(1);
    expect(target.state).toBe('cancelled');
    expect(stage.hears(call)).toBe('ringback');
    stage.settle(target);
    expect(stage.effects('dial').at(-1)).toMatchObject({
      extension: '10',
      shown: {
        number: '+36301111111',
        display: 'R: no answer 101 – Anna',
        alert: 'recall',
        reason: { cause: 408, text: 'no answer 101' },
        divert: 'inhibit',
      },
    });
    expect(stage.hears(call)).toBe('music');
    stage.world.answer(stage.phone(call, '10'));
    expect(stage.hears(call)).toBe('10');
    expect(stage.events()).toEqual(['transferStarted', 'transferFailed', 'recallStarted', 'recallAnswered']);
  });

  test.each([
    ['busy', 'R: busy 101 – Anna'],
    ['declined', 'R: declined 101 – Anna'],
    ['unreachable', 'R: unreachable 101 – Anna'],
    ['unavailable', 'R: unavailable 101 – Anna'],
    ['noSuchNumber', 'R: no such number 101 – Anna'],
  ] as const)('a target that is %s comes back at once', (reason, display) => {
    const { target } = transferred(true);
    stage.fail(target, reason);
    expect(stage.effects('dial').at(-1)?.shown.display).toBe(display);
  });

  test('a cancelled phone that never ends does not keep the caller', () => {
    const { call } = transferred(true);
    stage.later(20_499);
    expect(stage.phase(call)).toMatchObject({ kind: 'transferring', stage: 'settling' });
    stage.later(1);
    expect(stage.phase(call).kind).toBe('recalling');
  });
});

describe('R6: the operator does not take the recall', () => {
  test.each(['busy', 'declined', 'unreachable', 'unavailable'] as const)(
    'being %s: the queue takes it at its front',
    reason => {
      const { call, target } = transferred(true);
      const since = stage.world.call(call).queuedSince;
      expect(since).toBe(stage.world.call(call).startedAt);
      stage.later(5_000);
      stage.fail(target, 'busy');
      stage.fail(stage.phone(call, '10'), reason);
      expect(stage.phase(call).kind).toBe('queued');
      expect(stage.effects('joinQueue').at(-1)).toMatchObject({ queue: 'reception', front: true, since });
    },
  );

  test('not answering for 30 s', () => {
    const { call, target } = transferred(true);
    stage.fail(target, 'busy');
    stage.later(29_999);
    expect(stage.phase(call).kind).toBe('recalling');
    stage.later(1);
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.events().at(-1)).toBe('recallFailed');
  });
});

describe('R7: a call comes back', () => {
  test('twice, and then goes to the fallback', () => {
    const { call, target } = transferred(true);
    stage.fail(target, 'busy');
    for (let nth = 2; nth <= 3; nth++) {
      const operator = stage.phone(call, '10');
      stage.world.answer(operator);
      stage.world.refer(operator, '101');
      stage.world.hangUp(operator);
      stage.fail(stage.phone(call, '101'), 'busy');
      expect(stage.phase(call).kind).toBe(nth === 2 ? 'recalling' : 'queued');
    }
    expect(stage.events().filter(kind => kind === 'recallStarted')).toHaveLength(2);
  });

  test('within the total limit', () => {
    const plan = stage.world.plan.transfer;
    stage = new Stage({ transfer: { ...plan, recall: { ...plan.recall, maxTotal: 25_000 } } });
    const { call, target } = transferred(true);
    stage.later(20_000);
    stage.settle(target);
    stage.later(4_999);
    expect(stage.phase(call).kind).toBe('recalling');
    stage.later(1);
    expect(stage.phase(call).kind).toBe('queued');
  });

  test('and the limit begins anew once a person has answered', () => {
    const plan = stage.world.plan.transfer;
    stage = new Stage({ transfer: { ...plan, recall: { ...plan.recall, maxTotal: 25_000 } } });
    const { call, target } = transferred(true);
    stage.later(10_000);
    stage.fail(target, 'busy');
    const operator = stage.phone(call, '10');
    stage.world.answer(operator);
    expect(stage.world.call(call).adriftSince).toBeUndefined();
    expect(Object.keys(stage.world.call(call).timers)).toEqual(['talk']);
    stage.later(60_000);
    stage.world.refer(operator, '102');
    stage.world.hangUp(operator);
    stage.later(19_000);
    stage.fail(stage.phone(call, '102'), 'busy');
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', reason: 'busy' });
    stage.later(5_999);
    expect(stage.phase(call).kind).toBe('recalling');
    stage.later(1);
    expect(stage.phase(call).kind).toBe('queued');
  });

  test('only for the reasons that the dialplan names', () => {
    const plan = stage.world.plan.transfer;
    stage = new Stage({ transfer: { ...plan, recall: { ...plan.recall, on: ['noAnswer'] } } });
    const { call, target } = transferred(true);
    stage.fail(target, 'declined');
    expect(stage.phase(call).kind).toBe('queued');
  });
});

describe('R8: one order of stimuli', () => {
  test('a 200 that crosses the CANCEL is hung up, and the call comes back', () => {
    const { call, target } = transferred(true);
    stage.later(20_000);
    stage.world.answer(target);
    expect(target.state).toBe('gone');
    expect(stage.phase(call).kind).toBe('recalling');
  });

  test('case 13: the target answers in the millisecond of the timer, first', () => {
    const { call, target } = transferred(true);
    stage.later(19_999);
    stage.world.clock.after(1, () => undefined);
    stage.world.answer(target);
    stage.later(1);
    expect(stage.hears(call)).toBe('101');
  });

  test('case 14: a second transfer of one call is refused, and the first goes on', () => {
    const { call, operator, target } = transferred(false);
    expect(reports(stage.world.refer(operator, '102'))).toEqual([491]);
    stage.world.answer(target);
    expect(stage.hears(call)).toBe('101');
  });
});

describe('the caller hangs up', () => {
  test('case 4: while the target rings: it stops at once, and nobody is left', () => {
    const { call, operator, target, transferId } = transferred(false);
    stage.world.hangUp({ ...operator, leg: 'caller' });
    expect([target.state, operator.state]).toEqual(['gone', 'gone']);
    expect(reports(transferId)).toEqual([487]);
    expect(stage.ended(call)).toBe('completed');
    expect(stage.events().at(-1)).toBe('transferAbandoned');
  });

  test('while the operator is recalled', () => {
    const { call, operator, target } = transferred(true);
    stage.fail(target, 'busy');
    const rung = stage.phone(call, '10');
    stage.world.hangUp({ ...operator, leg: 'caller' });
    expect(rung.state).toBe('gone');
    expect(stage.events().at(-1)).toBe('transferAbandoned');
  });
});

describe('attended, by REFER with Replaces', () => {
  function consultation(answered: boolean) {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    const second = stage.dial('10', '102');
    const target = stage.phone(second, '102');
    if (answered) stage.world.answer(target);
    const transferId = stage.world.refer(operator, '', stage.phone(second, '10'));
    return { call, operator, second, transferId, target: stage.phone(call, '102') };
  }

  test('the target and the caller are joined and shown each other; the second call is over', () => {
    const { call, second, target, transferId } = consultation(true);
    expect(reports(transferId)).toEqual([200]);
    expect(stage.hears(call)).toBe('102');
    expect(stage.ended(second)).toBe('transferred');
    expect(stage.effects('identify')).toMatchObject([
      { leg: target.leg, who: { number: '+36301111111' } },
      { leg: 'caller', who: { number: '102' } },
    ]);
  });

  test('semi-attended: the target still rings, the caller hears ringback, and a failure comes back', () => {
    const { call, operator, second, target } = consultation(false);
    expect(stage.ended(second)).toBe('transferred');
    expect(stage.hears(call)).toBe('ringback');
    stage.world.hangUp(operator);
    stage.later(20_000);
    stage.settle(target);
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10', number: '102' });
  });

  test('of a dialog that has ended: 481, and the operator keeps the caller', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    const second = stage.dial('10', '102');
    const own = stage.phone(second, '10');
    stage.world.hangUp(own);
    const transferId = stage.world.refer(operator, '', own);
    expect(reports(transferId)).toEqual([481]);
    expect(stage.phase(call).kind).toBe('talking');
    expect(stage.hears(call)).toBe('music');
  });

  test('of a call that says nothing: 481 after a while, and the caller may leave before', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    const elsewhere = { ...operator, callId: 'nowhere' };
    const first = stage.world.refer(operator, '', elsewhere);
    expect(stage.phase(call).kind).toBe('adopting');
    stage.later(2_000);
    expect(reports(first)).toEqual([481]);
    expect([stage.phase(call).kind, stage.hears(call)]).toEqual(['talking', 'music']);
    const second = stage.world.refer(operator, '', elsewhere);
    stage.world.hangUp({ ...operator, leg: 'caller' });
    expect(reports(second)).toEqual([481]);
    expect(stage.ended(call)).toBe('completed');
  });

  test('of a call that says nothing, while the operator leaves: the caller is at the reception again', () => {
    const { call, operator } = stage.conversation();
    stage.world.refer(operator, '', { ...operator, callId: 'nowhere' });
    stage.world.hangUp(operator);
    expect(stage.hears(call)).toBe('music');
    stage.later(2_000);
    expect(stage.phase(call)).toMatchObject({ kind: 'queued', offer: { extension: expect.any(String) } });
  });

  test('to a queue in which the operator waits: the caller waits there', () => {
    const { call, operator } = stage.conversation();
    stage.hold(operator);
    for (const extension of ['11']) {
      const other = stage.arrive();
      stage.press(other, '0');
      stage.world.answer(stage.phone(other, extension));
    }
    const second = stage.dial('10', '0');
    stage.world.refer(operator, '', stage.phone(second, '10'));
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.ended(second)).toBe('transferred');
  });
});

describe('attended, by INVITE with Replaces', () => {
  test('the one who comes takes the place of the operator', () => {
    const { call, operator } = stage.conversation();
    const who = { number: '103', display: 'Desk', extension: '103' };
    stage.world.post(call, { kind: 'replacementArrived', leg: operator.leg, by: 'new', who });
    expect(stage.hears(call)).toBe('103');
    expect(stage.effects('answer').at(-1)).toMatchObject({ leg: 'new' });
    stage.later(1_000);
    expect(operator.state).toBe('gone');
  });

  test('a phone that rings for a transfer is picked up', () => {
    const { call, target, transferId } = transferred(false);
    const who = { number: '103', display: 'Desk', extension: '103' };
    stage.world.post(call, { kind: 'replacementArrived', leg: target.leg, by: 'new', who });
    expect(target.state).toBe('cancelled');
    expect(stage.hears(call)).toBe('103');
    expect(reports(transferId)).toEqual([200]);
  });

  test('in a call that has just ended: 481', () => {
    const { call, operator } = stage.conversation();
    stage.world.hangUp(operator);
    const who = { number: '103', display: 'Desk', extension: '103' };
    stage.world.post(call, { kind: 'replacementArrived', leg: operator.leg, by: 'new', who });
    expect(stage.effects('hangUp').at(-1)).toMatchObject({ leg: 'new', status: 481 });
    expect(reports(stage.world.refer(operator, '101'))).toEqual([481]);
  });

  test('in no state to be replaced: 481', () => {
    const call = stage.arrive();
    const who = { number: '103', display: 'Desk', extension: '103' };
    stage.world.post(call, { kind: 'replacementArrived', leg: 'caller', by: 'new', who });
    expect(stage.effects('hangUp')).toMatchObject([{ leg: 'new', status: 481 }]);
    expect(stage.hears(call)).toBe('en: welcome');
  });
});

describe('by keypad', () => {
  test('blind: the code, the number, and the caller hears ringback', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '##', operator.leg);
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['music', 'tone']);
    stage.press(call, '101', operator.leg);
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['ringback', 'ringback']);
    stage.world.hangUp(operator);
    stage.fail(stage.phone(call, '101'), 'busy');
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10', reason: 'busy' });
  });

  test('an unknown number: the error tone, and the caller again', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '##', operator.leg);
    stage.press(call, '7', operator.leg);
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['music', 'tone']);
    stage.later(1_000);
    expect(stage.hears(call)).toBe('10');
  });

  test('attended: talk to the target, hang up, and the two are joined', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '*2', operator.leg);
    stage.press(call, '102', operator.leg);
    const target = stage.phone(call, '102');
    expect(stage.effects('dial').at(-1)?.shown.number).toBe('10');
    stage.world.answer(target);
    expect([stage.hears(call), stage.hears(call, operator.leg)]).toEqual(['music', '102']);
    stage.world.hangUp(operator);
    expect(stage.hears(call)).toBe('102');
    expect(stage.effects('identify')[0]).toMatchObject({ leg: target.leg, who: { number: '+36301111111' } });
  });

  test('attended: a target that declines leaves the operator with the caller', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '*2', operator.leg);
    stage.press(call, '102', operator.leg);
    stage.fail(stage.phone(call, '102'), 'declined');
    expect(stage.hears(call)).toBe('10');
  });

  test('attended: back to the caller by code', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '*2', operator.leg);
    stage.press(call, '102', operator.leg);
    const target = stage.phone(call, '102');
    stage.world.answer(target);
    stage.press(call, '*0', operator.leg);
    expect(target.state).toBe('gone');
    expect(stage.hears(call)).toBe('10');
  });

  test('semi-attended: the operator leaves while the target rings, and the recall still works', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '*2', operator.leg);
    stage.press(call, '102', operator.leg);
    stage.world.hangUp(operator);
    expect(stage.hears(call)).toBe('ringback');
    stage.later(20_000);
    stage.settle(stage.phone(call, '102'));
    expect(stage.phase(call)).toMatchObject({ kind: 'recalling', operator: '10' });
  });

  test('case 15: the digits of the code do not reach the menu that the caller is transferred to', () => {
    const { call, operator } = stage.conversation();
    stage.press(call, '##', operator.leg);
    stage.press(call, '+3612345678'.replace('+', ''), operator.leg);
    stage.later(3_000);
    stage.press(call, '2', operator.leg);
    expect(
      stage.world.call(call).trail.filter(entry => entry.kind === 'pressed' && entry.meaning === 'chosen'),
    ).toHaveLength(1);
  });

  test('the caller has no codes', () => {
    const { call } = stage.conversation();
    stage.press(call, '##');
    expect(stage.hears(call)).toBe('10');
  });
});

describe('cases from the field', () => {
  test('case 9: the target is shown the caller, not the operator', () => {
    transferred(true);
    expect(stage.effects('dial').at(-1)?.shown).toMatchObject({ number: '+36301111111', display: 'Anna' });
  });

  test('case 16: the operator of the recall is busy with the next caller', () => {
    const { call, target } = transferred(true);
    stage.later(1_000);
    const next = stage.arrive();
    stage.press(next, '0');
    stage.world.answer(stage.phone(next, '10'));
    stage.fail(target, 'busy');
    stage.fail(stage.phone(call, '10'), 'busy');
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.hears(call)).toBe('music');
  });

  test('case 18: the media server dies while the target rings: the call is over, and so is the ringing', () => {
    const { call, target } = transferred(true);
    stage.world.post(call, { kind: 'legEnded', leg: 'caller', by: 'media' });
    expect(target.state).toBe('gone');
    expect(stage.ended(call)).toBe('failed');
  });

  test('a transfer to the reception takes the caller at once', () => {
    const { call, operator } = stage.conversation();
    const transferId = stage.world.refer(operator, '0');
    expect(reports(transferId)).toEqual([200]);
    expect(stage.phase(call).kind).toBe('queued');
    expect(stage.events()).toEqual(['transferStarted', 'transferCompleted']);
  });
});
