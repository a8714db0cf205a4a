import { describe, expect, test } from 'vitest';
import { busy, declining, type PhoneCall } from '../../../src/phone/phone.ts';
import { companyNumber, inOffice, type Office } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { callReception, conversation, hearEachOther } from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

async function queued(office: Office, number: string): Promise<PhoneCall> {
  const call = (await office.caller(number)).call(companyNumber);
  await call.hears(office.prompt('welcome'));
  await call.press('0');
  await call.hears(office.music);
  return call;
}

describe.concurrent('the queue of the reception', () => {
  test(
    'keeps callers in their order, with music, until the operator is free',
    inOffice(async office => {
      const { reception, inside } = await conversation(office);
      const second = await queued(office, '+36202222222');
      const third = await queued(office, '+36203333333');
      expect(reception.calls).toEqual([inside]);
      await inside.hangUp();
      const next = await reception.rung();
      expect(next.shown.from.number).toBe('+36202222222');
      await third.hears(office.music);
      await next.answer();
      await hearEachOther(office, second, next);
      await second.hangUp();
      const last = await reception.rung();
      expect(last.shown.from.number).toBe('+36203333333');
      await last.answer();
      await hearEachOther(office, third, last);
      await third.hangUp();
    }),
  );

  test(
    'offers the call to the operator who has been free for longest',
    inOffice(async office => {
      const first = await office.extension('10');
      const second = await office.extension('11');
      const caller = await office.caller();
      const { outside } = await callReception(office, caller, first);
      await outside.hangUp();
      await office.ended(1);
      const { outside: again } = await callReception(office, caller, second);
      await again.hangUp();
      await office.ended(2);
      expect(first.calls).toEqual([]);
    }),
  );

  test(
    'asks the next operator when one does not answer, is busy, or declines',
    inOffice(
      async office => {
        const first = await office.extension('10');
        const second = await office.extension('11');
        const waiting = await queued(office, '+36202222222');
        const unanswered = await first.rung();
        expect(await unanswered.ended()).toMatchObject({ by: 'them', status: 487 });
        const taken = await second.rung();
        await taken.answer();
        await hearEachOther(office, waiting, taken);
        first.policy = declining;
        const other = await queued(office, '+36203333333');
        // Nobody else is free: it is offered again after a rest, and declined again.
        await first.rung();
        await first.rung();
        first.policy = busy;
        await first.rung();
        await first.rung();
        await taken.hangUp();
        const last = await second.rung();
        await last.answer();
        await hearEachOther(office, other, last);
        await last.hangUp();
      },
      { times: { agentRings: 600, agentRests: 200 } },
    ),
  );

  test(
    'ends the wait as the dialplan says',
    inOffice(
      async office => {
        const waiting = await queued(office, '+36202222222');
        await waiting.hears(office.prompt('bye'));
        expect(await waiting.ended()).toMatchObject({ by: 'them' });
        expect((await office.ended(1))[0]?.termination.result).toBe('goodbye');
      },
      { times: { longestWait: 1200 } },
    ),
  );

  test(
    'rings an operator who comes in while somebody waits',
    inOffice(async office => {
      const waiting = await queued(office, '+36202222222');
      const reception = await office.extension('10');
      const taken = await reception.rung();
      await taken.answer();
      await hearEachOther(office, waiting, taken);
      await waiting.hangUp();
    }),
  );

  test(
    'forgets a caller who leaves it',
    inOffice(async office => {
      const { reception, inside } = await conversation(office);
      const second = await queued(office, '+36202222222');
      const third = await queued(office, '+36203333333');
      await second.hangUp();
      await inside.hangUp();
      const next = await reception.rung();
      expect(next.shown.from.number).toBe('+36203333333');
      await next.answer();
      await hearEachOther(office, third, next);
      await next.hangUp();
    }),
  );
});

describe.concurrent('a group', () => {
  const choose = async (office: Office, key: string): Promise<PhoneCall> => {
    const call = (await office.caller()).call(companyNumber);
    await call.hears(office.prompt('welcome'));
    await call.press(key);
    return call;
  };

  test(
    'rings at once: whoever is first has the call',
    inOffice(async office => {
      const [anna, peter] = [await office.extension('101'), await office.extension('102')];
      const outside = await choose(office, '2');
      const [atAnnas, atPeters] = await Promise.all([anna.rung(), peter.rung()]);
      await outside.hears('ringback');
      await atPeters.answer();
      expect(await atAnnas.ended()).toMatchObject({ by: 'them', status: 487 });
      await hearEachOther(office, outside, atPeters);
      await outside.hangUp();
    }),
  );

  test(
    'rings in turn',
    inOffice(
      async office => {
        const [peter, workshop] = [await office.extension('102'), await office.extension('103')];
        const outside = await choose(office, '3');
        const atPeters = await peter.rung();
        expect(workshop.calls).toEqual([]);
        expect(await atPeters.ended()).toMatchObject({ by: 'them', status: 487 });
        const inWorkshop = await workshop.rung();
        await inWorkshop.answer();
        await hearEachOther(office, outside, inWorkshop);
        await inWorkshop.hangUp();
      },
      { times: { groupRings: 700 } },
    ),
  );

  test(
    'that nobody takes sends the caller on',
    inOffice(async office => {
      const [anna, reception] = [await office.extension('101'), await office.extension('10')];
      anna.policy = declining;
      const outside = await choose(office, '2');
      const inside = await reception.rung();
      await outside.hears(office.music);
      await inside.answer();
      await hearEachOther(office, outside, inside);
      await inside.hangUp();
    }),
  );
});
