import { describe, expect, test } from 'vitest';
import { busy, declining, type Phone, type PhoneCall, replacesOf } from '../../../src/phone/phone.ts';
import { companyNumber, inOffice, type Office } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import {
  type Conversation,
  conversation,
  expectNeverSilent,
  expectRecall,
  hearEachOther,
} from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

const caller = '+36201112233';

interface Consultation extends Conversation {
  readonly desk: Phone;
  /** As the reception has it. */
  readonly asking: PhoneCall;
  /** As the desk has it. */
  readonly asked: PhoneCall;
}

/** The reception holds the caller, and calls the desk, which rings. */
async function consultation(office: Office): Promise<Consultation> {
  const talk = await conversation(office);
  const desk = await office.extension('101');
  await talk.inside.hold();
  await talk.outside.hears(office.music);
  const asking = talk.reception.call('101');
  const asked = await desk.rung();
  await asking.rings();
  return { ...talk, desk, asking, asked };
}

describe.concurrent('an attended transfer', () => {
  test(
    'joins the two, and tells each whom it talks to',
    inOffice(async office => {
      const { outside, inside, asking, asked } = await consultation(office);
      const since = outside.now();
      expect(asked.shown.from).toEqual({ number: '10', display: 'Extension 10' });
      await asked.answer();
      await hearEachOther(office, asking, asked);
      await outside.hears(office.music);
      const transfer = inside.transferTo(asking);
      expect((await transfer.outcome).status).toBe(202);
      expect(await transfer.settled()).toBe(200);
      await hearEachOther(office, outside, asked);
      await Promise.all([inside.ended(), asking.ended()]);
      await asked.until('the caller in the display', () => asked.shown.asserted?.number === caller || undefined);
      await outside.until('the desk in the display', () => outside.shown.asserted?.number === '101' || undefined);
      expectNeverSilent(outside, since);
      expect(office.told).toEqual(['transferStarted', 'transferCompleted']);
      await outside.hangUp();
      await asked.ended();
    }),
  );

  test(
    'by a phone that hangs up both calls right after it asked',
    inOffice(async office => {
      const { outside, inside, asking, asked } = await consultation(office);
      await asked.answer();
      await hearEachOther(office, asking, asked);
      const { outcome } = inside.transferTo(asking);
      await Promise.all([outcome, inside.hangUp(), asking.hangUp()]);
      await hearEachOther(office, outside, asked);
      await asked.hangUp();
      await outside.ended();
    }),
  );

  test(
    'given up: the operator goes back to the caller',
    inOffice(async office => {
      const { outside, inside, asking, asked } = await consultation(office);
      await asked.answer();
      await hearEachOther(office, asking, asked);
      await asking.hangUp();
      await asked.ended();
      await outside.hears(office.music);
      await inside.resume();
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );

  test(
    'of a call that is over by then is refused, and the caller is still there',
    inOffice(async office => {
      const { outside, inside, asking, asked } = await consultation(office);
      await asked.answer();
      await hearEachOther(office, asking, asked);
      const { dialog } = asking;
      await asked.hangUp();
      await asking.ended();
      expect(dialog.callId).toBe(asking.sipCallId);
      const again = inside.transfer(
        `sip:101@127.0.0.1?Replaces=${dialog.callId}%3Bto-tag%3D${dialog.remoteTag}%3Bfrom-tag%3D${dialog.localTag}`,
      );
      expect((await again.outcome).status).toBe(481);
      await inside.resume();
      await hearEachOther(office, outside, inside);
      await inside.hangUp();
    }),
  );

  test(
    'whose caller hangs up meanwhile: the two colleagues go on talking',
    inOffice(async office => {
      const { outside, inside, asking, asked } = await consultation(office);
      await asked.answer();
      await hearEachOther(office, asking, asked);
      await outside.hangUp();
      await inside.ended();
      await hearEachOther(office, asking, asked);
      await asking.hangUp();
    }),
  );
});

describe.concurrent('a semi-attended transfer', () => {
  test(
    'to a phone that still rings: it answers, and has the caller',
    inOffice(async office => {
      const { outside, inside, asking, asked } = await consultation(office);
      const transfer = inside.transferTo(asking);
      expect((await transfer.outcome).status).toBe(202);
      await outside.hears('ringback');
      expect(asked.state.kind).toBe('offered');
      await asked.answer();
      expect(await transfer.settled()).toBe(200);
      await hearEachOther(office, outside, asked);
      await Promise.all([inside.ended(), asking.ended()]);
      await asked.until('the caller in the display', () => asked.shown.asserted?.number === caller || undefined);
      await asked.hangUp();
    }),
  );

  test(
    'to a phone that still rings and then declines: the caller comes back',
    inOffice(async office => {
      const { reception, outside, inside, asked, asking } = await consultation(office);
      const transfer = inside.transferTo(asking);
      await transfer.outcome;
      await inside.hangUp();
      asked.refuse(603);
      const back = await reception.rung();
      expectRecall(back, 'declined 101', caller);
      await back.answer();
      await hearEachOther(office, outside, back);
      await back.hangUp();
    }),
  );

  test(
    'to a phone that nobody answers: it stops ringing, and the caller comes back',
    inOffice(
      async office => {
        const { reception, outside, inside, asked, asking } = await consultation(office);
        const transfer = inside.transferTo(asking);
        await transfer.outcome;
        await inside.hangUp();
        expect(await asked.ended()).toMatchObject({ by: 'them', status: 487 });
        const back = await reception.rung();
        expectRecall(back, 'no answer 101', caller);
        await back.answer();
        await hearEachOther(office, outside, back);
        await back.hangUp();
      },
      { times: { transferRings: 700 } },
    ),
  );

  test(
    'by CANCEL, then a blind one to the same phone',
    inOffice(async office => {
      const { outside, inside, desk, asked, asking } = await consultation(office);
      await asking.hangUp();
      await asked.ended();
      const transfer = inside.transfer('101');
      expect((await transfer.outcome).status).toBe(202);
      await inside.hangUp();
      const target = await desk.rung();
      expect(target.shown.from.number).toBe(caller);
      await target.answer();
      await hearEachOther(office, outside, target);
      await outside.hangUp();
    }),
  );

  test(
    'whose caller hangs up: the target stops ringing',
    inOffice(async office => {
      const { outside, inside, asked, asking } = await consultation(office);
      const transfer = inside.transferTo(asking);
      await transfer.outcome;
      await inside.hangUp();
      await outside.hears('ringback');
      await outside.hangUp();
      expect(await asked.ended()).toMatchObject({ by: 'them', status: 487 });
    }),
  );
});

describe.concurrent('INVITE with Replaces', () => {
  test(
    'from a colleague takes over the conversation',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      const taking = desk.call('10', { replaces: replacesOf(inside) });
      await taking.answered();
      await hearEachOther(office, outside, taking);
      expect(await inside.ended()).toMatchObject({ by: 'them' });
      await outside.until('the desk in the display', () => outside.shown.asserted?.number === '101' || undefined);
      await taking.hangUp();
      await outside.ended();
    }),
  );

  test(
    'picks up a call that rings elsewhere',
    inOffice(async office => {
      const desk = await office.extension('101');
      const other = await office.extension('102');
      const outside = (await office.caller()).call(companyNumber);
      await outside.hears(office.prompt('welcome'));
      await outside.press('101');
      const rang = await desk.rung();
      const taking = other.call('101', { replaces: replacesOf(rang) });
      await taking.answered();
      await hearEachOther(office, outside, taking);
      expect(await rang.ended()).toMatchObject({ by: 'them', status: 487 });
      await taking.hangUp();
      const [record] = await office.ended(1);
      expect(record).toMatchObject({ answeredAt: expect.any(String), termination: { result: 'completed' } });
      expect(record?.steps).toContainEqual(expect.objectContaining({ kind: 'answered', number: '102' }));
    }),
  );

  test(
    'from outside, or for a call that is not there, is refused',
    inOffice(async office => {
      const { caller: phone, outside, inside } = await conversation(office);
      const replaces = replacesOf(inside);
      expect(await phone.call(companyNumber, { replaces }).ended()).toMatchObject({ status: 403 });
      const desk = await office.extension('101');
      expect(await desk.call('10', { replaces: 'nothing;to-tag=a;from-tag=b' }).ended()).toMatchObject({ status: 481 });
      expect(await desk.call('10', { replaces: 'nonsense' }).ended()).toMatchObject({ status: 400 });
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );
});

describe.concurrent('by the keypad', () => {
  test(
    'blind: the code, the extension, and off',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      await inside.press('##');
      await Promise.all([outside.hears(office.music), inside.hears('silence')]);
      await inside.press('101');
      const target = await desk.rung();
      expect(target.shown.from.number).toBe(caller);
      await Promise.all([outside.hears('ringback'), inside.hears('ringback')]);
      await inside.hangUp();
      await target.answer();
      await hearEachOther(office, outside, target);
      await target.hangUp();
    }),
  );

  test(
    'blind, to a phone that declines when the operator has left: comes back',
    inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      await inside.pressByInfo('##101');
      const target = await desk.rung();
      await inside.hangUp();
      target.refuse();
      const back = await reception.rung();
      expectRecall(back, 'declined 101', caller);
      await back.answer();
      await hearEachOther(office, outside, back);
      await back.hangUp();
    }),
  );

  test(
    'blind, to a phone that is busy while the operator stays: they are joined again',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101', { policy: { kind: 'refuse', status: 486, after: 50 } });
      await inside.press('##101');
      await desk.rung();
      await hearEachOther(office, outside, inside);
      desk.policy = busy;
      await inside.press('##101');
      await desk.rung();
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );

  test(
    'to a number that is not there: the error tone, and back to the caller',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      await inside.press('##999');
      await inside.hears('error');
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );

  test(
    'attended: the operator asks, leaves, and the two are joined',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      await inside.press('*2101');
      const asked = await desk.rung();
      expect(asked.shown.from.number).toBe('10');
      await Promise.all([outside.hears(office.music), inside.hears('ringback')]);
      await asked.answer();
      await hearEachOther(office, inside, asked);
      await outside.hears(office.music);
      await inside.hangUp();
      await hearEachOther(office, outside, asked);
      await asked.until('the caller in the display', () => asked.shown.asserted?.number === caller || undefined);
      await asked.hangUp();
    }),
  );

  test(
    'attended, and taken back: by code while it rings, and by code while they talk',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      await inside.press('*2101');
      const ringing = await desk.rung();
      await inside.press('*0');
      expect(await ringing.ended()).toMatchObject({ by: 'them', status: 487 });
      await hearEachOther(office, outside, inside);
      await inside.press('*2101');
      const talking = await desk.rung();
      await talking.answer();
      await hearEachOther(office, inside, talking);
      await inside.press('*0');
      await talking.ended();
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );

  test(
    'attended, to a phone that declines: the operator is with the caller again',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101', { policy: declining });
      await inside.press('*2101');
      await desk.rung();
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );

  test(
    'attended, left while it rings: it is the caller who rings now, and nobody rings on when that one leaves',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      await inside.press('*2101');
      const asked = await desk.rung();
      await inside.hangUp();
      await outside.hears('ringback');
      await outside.hangUp();
      expect(await asked.ended()).toMatchObject({ by: 'them', status: 487 });
    }),
  );

  test(
    'a caller who hangs up while the target of an attended transfer rings ends that, too',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      await inside.press('*2101');
      const asked = await desk.rung();
      await inside.hears('ringback');
      await outside.hangUp();
      expect(await asked.ended()).toMatchObject({ by: 'them', status: 487 });
      await inside.ended();
    }),
  );

  test(
    'no digit of a code goes on to the menu in which the caller ends',
    inOffice(
      async office => {
        const { outside, inside } = await conversation(office);
        await office.extension('101');
        const since = outside.now();
        await inside.press('##8');
        await outside.hears(office.prompt('welcome'));
        await outside.hears('silence');
        expect(outside.ear.since(since)).not.toContain(`${office.prompt('sorry')} Hz`);
        await outside.press('101');
        await outside.hears('ringback');
        await outside.hangUp();
      },
      {
        plan: {
          internalNumbers: {
            '8': { to: { kind: 'menu', name: 'main' }, at: { file: 'office.yaml', line: 1, col: 1 } },
          },
        },
      },
    ),
  );

  test(
    'means nothing from outside',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      await office.extension('101');
      await outside.press('##101');
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );
});
