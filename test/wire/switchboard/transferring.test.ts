import { describe, expect, test } from 'vitest';
import { busy, declining, refer } from '../../../src/phone/phone.ts';
import { inOffice, reportedTo10 } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { conversation, expectHeard, expectRecall, hearEachOther } from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

const statuses = (notified: readonly string[]): number[] => notified.map(line => Number(line.split(' ')[1]));

describe.concurrent('a blind transfer', () => {
  test(
    'succeeds: the target sees the caller, the operator is told, and leaves',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      const transfer = inside.transfer('101');
      expect((await transfer.outcome).status).toBe(202);
      const target = await desk.rung();
      expect(target.shown.from).toEqual({ number: '+36201112233', display: undefined });
      await outside.hears('ringback');
      await inside.until('180', () => statuses(transfer.notified).includes(180) || undefined);
      await target.answer();
      expect(await transfer.settled()).toBe(200);
      await hearEachOther(office, outside, target);
      expect(statuses(transfer.notified)).toEqual([100, 180, 200]);
      // A phone that does not hang up by itself is helped.
      expect(await inside.ended()).toMatchObject({ by: 'them' });
      expect(office.told).toEqual(['transferStarted', 'transferRinging', 'transferCompleted']);
      await outside.hangUp();
      await target.ended();
    }, reportedTo10),
  );

  test(
    'from hold: both hear each other afterwards',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      await inside.hold();
      await outside.hears(office.music);
      const transfer = inside.transfer('101');
      await transfer.outcome;
      await inside.hangUp();
      const target = await desk.rung();
      await outside.hears('ringback');
      await target.answer();
      await hearEachOther(office, outside, target);
      await target.hangUp();
      await outside.ended();
    }),
  );

  test(
    'to a phone that is busy, while the operator is still there: they are joined again',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101', { policy: busy });
      const transfer = inside.transfer('101');
      expect(await transfer.settled()).toBe(486);
      await hearEachOther(office, outside, inside);
      desk.policy = declining;
      expect(await inside.transfer('101').settled()).toBe(603);
      await hearEachOther(office, outside, inside);
      // Nobody is there at all.
      expect(await inside.transfer('102').settled()).toBe(480);
      await hearEachOther(office, outside, inside);
      expect(inside.state.kind).toBe('talking');
      await outside.hangUp();
      await inside.ended();
    }, reportedTo10),
  );

  test(
    'that fails while the phone stays on the line: its user hears a tone, and reads why',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      await office.extension('101', { policy: busy });
      // The phone was told of success at once, and yet does not hang up.
      expect(await inside.transfer('101').settled()).toBe(200);
      await inside.hears('returned');
      await inside.until('the display', () => inside.shown.asserted?.display?.startsWith('R: ') || undefined);
      expect(inside.shown.asserted).toEqual({
        number: '+36201112233',
        display: 'R: busy 101 – +36 20 111 2233',
      });
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
      await inside.ended();
    }),
  );

  test(
    'that fails while the phone holds the caller, and does not resume: a recall rings',
    inOffice(async office => {
      const { reception, outside, inside } = await conversation(office);
      await office.extension('101', { policy: busy });
      await inside.hold();
      await outside.hears(office.music);
      expect(await inside.transfer('101').settled()).toBe(200);
      const back = await reception.rung();
      expectRecall(back, 'busy 101', '+36201112233');
      await back.answer();
      await inside.ended();
      await hearEachOther(office, outside, back);
      await back.hangUp();
      await outside.ended();
    }),
  );

  test(
    'to where nobody is, to oneself, to the caller: refused, and nothing has changed',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const since = outside.now();
      expect((await inside.transfer('999').outcome).status).toBe(404);
      expect((await inside.transfer('10').outcome).status).toBe(403);
      expect((await inside.transfer('+36201112233').outcome).status).toBe(404);
      expect((await refer(inside, '<sip:127.0.0.1>').outcome).status).toBe(404);
      expect((await refer(inside, '<mailto:somebody@example.com>').outcome).status).toBe(416);
      expect((await refer(inside, '<sip:101@127.0.0.1;method=BYE>').outcome).status).toBe(403);
      expect((await refer(inside, '<sip:101@127.0.0.1?Replaces=nonsense>').outcome).status).toBe(400);
      expect((await refer(inside, '<sip:101@127.0.0.1?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>').outcome).status).toBe(
        481,
      );
      expect((await refer(inside, 'nonsense').outcome).status).toBe(400);
      await hearEachOther(office, outside, inside);
      expectHeard(outside, since, [office.tone('10')]);
      expect(office.told).toEqual([]);
      await inside.hangUp();
    }),
  );

  test(
    'by a caller from outside is refused',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      await office.extension('101');
      expect((await outside.transfer('101').outcome).status).toBe(403);
      await hearEachOther(office, outside, inside);
      await outside.hangUp();
    }),
  );

  test(
    'asked for twice at once: the second is refused, and the first goes on',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const [desk, other] = [await office.extension('101'), await office.extension('102')];
      const first = inside.transfer('101');
      const second = inside.transfer('102');
      expect((await first.outcome).status).toBe(202);
      expect([409, 491]).toContain((await second.outcome).status);
      const target = await desk.rung();
      await target.answer();
      await hearEachOther(office, outside, target);
      expect(other.calls).toEqual([]);
      await target.hangUp();
    }),
  );

  test(
    'right behind a hold, before that is answered',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      const holding = inside.hold();
      const transfer = inside.transfer('101');
      expect((await holding).status).toBe(200);
      expect((await transfer.outcome).status).toBe(202);
      const target = await desk.rung();
      await target.answer();
      await hearEachOther(office, outside, target);
      await target.hangUp();
    }),
  );

  test(
    'to the reception by its number: the caller waits there',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const transfer = inside.transfer('0');
      expect(await transfer.settled()).toBe(200);
      const second = await office.extension('11');
      const next = await second.rung();
      await next.answer();
      await hearEachOther(office, outside, next);
      await next.hangUp();
    }),
  );

  test(
    'by a phone that wants to hear of success at once',
    inOffice(
      async office => {
        const { outside, inside } = await conversation(office);
        const desk = await office.extension('101');
        const transfer = inside.transfer('101');
        expect(await transfer.settled()).toBe(200);
        const target = await desk.rung();
        expect(statuses(transfer.notified)).toEqual([200]);
        await target.answer();
        await hearEachOther(office, outside, target);
        await target.hangUp();
      },
      { phones: { '10': { transferNotify: 'immediate' } } },
    ),
  );

  test(
    'of a colleague, who called the reception from inside',
    inOffice(async office => {
      const reception = await office.extension('10');
      const [anna, peter] = [await office.extension('101'), await office.extension('102')];
      const out = anna.call('0');
      const inside = await reception.rung();
      await inside.answer();
      await hearEachOther(office, out, inside);
      inside.transfer('102');
      const target = await peter.rung();
      expect(target.shown.from.number).toBe('101');
      await target.answer();
      await hearEachOther(office, out, target);
      await out.hangUp();
    }),
  );
});

describe.concurrent('a caller who hangs up during a transfer', () => {
  test(
    'stops the ringing of the target at once',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      const transfer = inside.transfer('101');
      const target = await desk.rung();
      await outside.hears('ringback');
      await outside.hangUp();
      expect(await target.ended()).toMatchObject({ by: 'them', status: 487 });
      expect(await transfer.settled()).toBe(487);
      await inside.ended();
    }, reportedTo10),
  );

  test(
    'in the moment in which it is asked for: nobody is left ringing',
    inOffice(async office => {
      const { outside, inside } = await conversation(office);
      const desk = await office.extension('101');
      const [{ status }] = await Promise.all([inside.transfer('101').outcome, outside.hangUp()]);
      expect([202, 481, 487, 491]).toContain(status);
      await office.isQuiet();
      expect(desk.calls).toEqual([]);
    }),
  );
});
