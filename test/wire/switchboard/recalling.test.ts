import { describe, expect, test } from 'vitest';
import { busy, declining, type Policy } from '../../../src/phone/phone.ts';
import { inOffice, reportedTo10 } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import {
  callReception,
  conversation,
  expectHeard,
  expectRecall,
  hearEachOther,
} from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

const caller = '+36201112233';

describe.concurrent('a transfer that comes to nothing when the operator has left', () => {
  test(
    'because nobody answers: comes back, and says why',
    inOffice(
      async office => {
        const { reception, outside, inside } = await conversation(office);
        const desk = await office.extension('101');
        const since = outside.now();
        const transfer = inside.transfer('101');
        expect((await transfer.outcome).status).toBe(202);
        await inside.hangUp();
        const target = await desk.rung();
        await outside.hears('ringback');
        expect(await target.ended()).toMatchObject({ by: 'them', status: 487 });
        const back = await reception.rung();
        expectRecall(back, 'no answer 101', caller);
        await outside.hears(office.music);
        await back.answer();
        await hearEachOther(office, outside, back);
        expectHeard(outside, since, [office.tone('10'), 'ringback', office.music]);
        expect(office.transfers.map(({ kind }) => kind)).toEqual([
          'transferStarted',
          'transferRinging',
          'transferFailed',
          'recallStarted',
          'recallAnswered',
        ]);
        expect(new Set(office.transfers.map(({ transferId }) => transferId)).size).toBe(1);
        await back.hangUp();
        await outside.ended();
        expect((await office.ended(1))[0]).toMatchObject({ returns: 1, termination: { result: 'completed' } });
      },
      { times: { transferRings: 2000 } },
    ),
  );

  test.each<[string, Policy, string]>([
    ['busy', busy, 'busy 101'],
    ['declined', declining, 'declined 101'],
    ['declined after a while', { kind: 'refuse', status: 603, after: 100 }, 'declined 101'],
    ['moved elsewhere, which is not followed', { kind: 'redirect', to: '102' }, 'unreachable 101'],
    ['not to be had', { kind: 'refuse', status: 480, after: 100 }, 'unavailable 101'],
    ['broken', { kind: 'refuse', status: 500 }, 'unreachable 101'],
  ])('because the target is %s: comes back at once', async (_, policy, words) => {
    await inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      const [desk, other] = [await office.extension('101'), await office.extension('102')];
      desk.policy = policy;
      inside.transfer('101');
      await inside.hangUp();
      const back = await reception.rung();
      expectRecall(back, words, caller);
      await back.answer();
      await hearEachOther(office, outside, back);
      expect(other.calls).toEqual([]);
      await outside.hangUp();
      await back.ended();
    })();
  });

  test(
    'because the target is not registered: comes back at once',
    inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      inside.transfer('101');
      await inside.hangUp();
      const back = await reception.rung();
      expectRecall(back, 'unreachable 101', caller);
      await back.answer();
      await hearEachOther(office, outside, back);
      await back.hangUp();
    }),
  );

  test(
    'whenever the BYE of the operator comes',
    inOffice(
      async office => {
        const { reception, outside, inside: first } = await conversation(office);
        const desk = await office.extension('101');
        // Before the 202.
        first.transfer('101');
        await first.hangUp();
        const second = await reception.rung();
        await second.answer();
        await hearEachOther(office, outside, second);
        // Between the NOTIFYs.
        const transfer = second.transfer('101');
        await desk.rung();
        await desk.rung();
        await second.until('180', () => transfer.notified.some(line => line.includes('180')) || undefined);
        await second.hangUp();
        const third = await reception.rung();
        expectRecall(third, 'no answer 101', caller);
        await third.answer();
        await hearEachOther(office, outside, third);
        await third.hangUp();
      },
      { ...reportedTo10, times: { transferRings: 600 } },
    ),
  );

  test(
    'after the last NOTIFY, which the operator had not read yet: is not a goodbye',
    inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      await office.extension('101', { policy: busy });
      const transfer = inside.transfer('101');
      expect(await transfer.settled()).toBe(486);
      await inside.hangUp();
      const back = await reception.rung();
      expectRecall(back, 'busy 101', caller);
      await back.answer();
      await hearEachOther(office, outside, back);
      await back.hangUp();
    }, reportedTo10),
  );

  test(
    'rings every phone of the operator',
    inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      const mobile = await office.extension('10', { tone: office.tone('mobile') });
      await office.extension('101', { policy: busy });
      inside.transfer('101');
      await inside.hangUp();
      const [atDesk, onMobile] = await Promise.all([reception.rung(), mobile.rung()]);
      expectRecall(atDesk, 'busy 101', caller);
      expectRecall(onMobile, 'busy 101', caller);
      await onMobile.answer();
      await atDesk.ended();
      await outside.hears(office.tone('mobile'));
      await outside.hangUp();
    }),
  );
});

describe.concurrent('a recall that the operator does not take', () => {
  test(
    'goes to the queue, at its front, and to another operator',
    inOffice(
      async office => {
        const { reception, outside, inside } = await conversation(office);
        await office.extension('101', { policy: busy });
        inside.transfer('101');
        await inside.hangUp();
        const back = await reception.rung();
        expect(await back.ended()).toMatchObject({ by: 'them', status: 487 });
        await outside.hears(office.music);
        const second = await office.extension('11');
        const taken = await second.rung();
        await taken.answer();
        await hearEachOther(office, outside, taken);
        expect(office.told).toContain('recallFailed');
        await taken.hangUp();
      },
      { times: { recallRings: 700, agentRings: 700 } },
    ),
  );

  test(
    'because the operator is busy, has declined, or has gone home',
    inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      const second = await office.extension('11');
      await office.extension('101', { policy: busy });
      reception.policy = declining;
      inside.transfer('101');
      await inside.hangUp();
      const taken = await second.rung();
      await taken.answer();
      await hearEachOther(office, outside, taken);
      taken.transfer('101');
      await taken.hangUp();
      await second.unregister();
      reception.policy = { kind: 'ring' };
      for (let next = await reception.rung(); ; next = await reception.rung()) {
        if (next.state.kind === 'ended') continue;
        await next.answer();
        await hearEachOther(office, outside, next);
        await next.hangUp();
        break;
      }
    }),
  );

  test(
    'because the operator talks to the next caller already',
    inOffice(
      async office => {
        const { reception, outside, inside } = await conversation(office);
        const desk = await office.extension('101');
        const next = await office.caller('+36204445566');
        inside.transfer('101');
        await inside.hangUp();
        await desk.rung();
        const { outside: nextOutside, inside: nextInside } = await callReception(office, next, reception);
        // The recall rings the phone of a busy operator, whose phone says so.
        reception.policy = busy;
        await outside.hears(office.music);
        await office.transferEvent('recallFailed');
        await outside.hears(office.music);
        await hearEachOther(office, nextOutside, nextInside);
        reception.policy = { kind: 'ring' };
        await nextOutside.hangUp();
        for (let back = await reception.rung(); ; back = await reception.rung()) {
          if (back.state.kind === 'ended') continue;
          await back.answer();
          await hearEachOther(office, outside, back);
          await back.hangUp();
          break;
        }
      },
      { times: { transferRings: 2500, agentRests: 300 } },
    ),
  );

  test(
    'comes back so often and no more',
    inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      await office.extension('101', { policy: busy });
      let operator = inside;
      for (const _ of [1, 2]) {
        operator.transfer('101');
        await operator.hangUp();
        operator = await reception.rung();
        expectRecall(operator, 'busy 101', caller);
        await operator.answer();
        await hearEachOther(office, outside, operator);
      }
      operator.transfer('101');
      await operator.hangUp();
      const fromQueue = await reception.rung();
      expect(fromQueue.shown.from.display).toBeUndefined();
      await fromQueue.answer();
      await hearEachOther(office, outside, fromQueue);
      await outside.hangUp();
      expect((await office.ended(1))[0]?.returns).toBe(2);
    }),
  );

  test(
    'is given up when the caller leaves',
    inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      await office.extension('101', { policy: busy });
      inside.transfer('101');
      await inside.hangUp();
      const back = await reception.rung();
      await outside.hears(office.music);
      await outside.hangUp();
      expect(await back.ended()).toMatchObject({ by: 'them', status: 487 });
      expect(office.told.at(-1)).toBe('transferAbandoned');
    }),
  );
});
