import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { busy, createPhone, declining } from '../../../src/phone/phone.ts';
import { extension, officePlan } from '../../support/plan.ts';
import { everyFrequency } from '../../support/switchboard/frequencies.ts';
import { companyNumber, inOffice, reportedTo10 } from '../../support/switchboard/office.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { hearEachOther } from '../../support/switchboard/scenes.ts';

leaveNoSocketOpen();

describe.concurrent('colleagues', () => {
  test(
    'call each other, over UDP and TCP',
    inOffice(async office => {
      const anna = await office.extension('101', { display: 'nobody believes this' });
      const peter = await office.extension('102', { transport: 'tcp' });
      const out = anna.call('102');
      const into = await peter.rung();
      // The house knows its people's names.
      expect(into.shown.from).toEqual({ number: '101', display: 'Extension 101' });
      expect(into.shown.alertInfo).toContain('internal');
      await out.rings();
      expect(out.state.kind).toBe('calling');
      await into.answer();
      await out.answered();
      await hearEachOther(office, out, into);
      await into.hangUp();
      await out.ended();
      const back = peter.call('101');
      const again = await anna.rung();
      await again.answer();
      await hearEachOther(office, back, again);
      await again.hangUp();
    }),
  );

  test(
    'who talk are busy: for callers, for groups and for transfers, but not for a call that comes back',
    inOffice(
      async office => {
        const [reception, anna, peter] = [
          await office.extension('10'),
          await office.extension('101'),
          await office.extension('102'),
        ];
        const talk = anna.call('102');
        await (await peter.rung()).answer();
        await talk.answered();
        // The company's menu dials 101: the caller goes to the reception at once, where the menu sends the lost.
        const outside = (await office.caller()).call(companyNumber);
        await outside.hears(office.prompt('welcome'));
        await outside.press('101');
        const first = await reception.rung();
        await first.answer();
        await hearEachOther(office, outside, first);
        const transfer = first.transfer('102');
        expect(await transfer.settled()).toBe(486);
        await hearEachOther(office, outside, first);
        expect(anna.calls).toHaveLength(1);
        expect(peter.calls).toHaveLength(1);
        await talk.hangUp();
        const again = first.transfer('102');
        const rang = await peter.rung();
        await first.hangUp();
        // The reception talks with the next caller when this one comes back.
        const next = (await office.caller('+36204445566')).call(companyNumber);
        await next.hears(office.prompt('welcome'));
        await next.press('0');
        const second = await reception.rung();
        await second.answer();
        await hearEachOther(office, next, second);
        await rang.refuse(603);
        const back = await reception.rung();
        expect(back.shown.from.display).toContain('R: declined 102');
        expect(again.notified.length).toBeGreaterThan(0);
        await outside.hangUp();
        await next.hangUp();
        const [record] = await office.ended(3).then(all => all.filter(({ to }) => to === companyNumber));
        expect(record?.steps).toContainEqual(expect.objectContaining({ kind: 'busy', number: '101' }));
      },
      {
        ...reportedTo10,
        plan: {
          extensions: Object.fromEntries(
            ['10', '11', '101', '102', '103'].map(number => [number, extension(number, { maxCalls: 1 })]),
          ),
        },
      },
    ),
  );

  test(
    'are told why nobody answers',
    inOffice(
      async office => {
        const anna = await office.extension('101');
        const peter = await office.extension('102');
        peter.policy = busy;
        expect(await anna.call('102').ended()).toMatchObject({ by: 'them', status: 486 });
        peter.policy = declining;
        expect(await anna.call('102').ended()).toMatchObject({ by: 'them', status: 603 });
        peter.policy = { kind: 'ring' };
        for (let one = await peter.rung(); one.state.kind === 'ended'; one = await peter.rung()) {
          if (one.state.end.status === 603) break;
        }
        const unanswered = anna.call('102');
        const rang = await peter.rung();
        expect(await unanswered.ended()).toMatchObject({ by: 'them', status: 408 });
        expect(await rang.ended()).toMatchObject({ by: 'them', status: 487 });
        await peter.unregister();
        expect(await anna.call('102').ended()).toMatchObject({ by: 'them', status: 480 });
        expect(await anna.call('101').ended()).toMatchObject({ by: 'them', status: 486 });
      },
      { times: { extensionRings: 500 } },
    ),
  );

  test(
    'reach the reception, and the greeting, as outsiders do',
    inOffice(async office => {
      const reception = await office.extension('10');
      const anna = await office.extension('101');
      const toReception = anna.call('0');
      const inside = await reception.rung();
      await inside.answer();
      await hearEachOther(office, toReception, inside);
      await toReception.hangUp();
      const toCompany = anna.call(companyNumber);
      await toCompany.hears(office.prompt('welcome'));
      await toCompany.hangUp();
    }),
  );

  test(
    'have several phones: all ring, one answers, the others stop',
    inOffice(async office => {
      const anna = await office.extension('101');
      const desk = await office.extension('102');
      const mobile = await office.extension('102', { transport: 'tcp', tone: office.tone('mobile') });
      const out = anna.call('102');
      const [atDesk, onMobile] = await Promise.all([desk.rung(), mobile.rung()]);
      expect([atDesk.state.kind, onMobile.state.kind]).toEqual(['offered', 'offered']);
      await onMobile.answer();
      expect(await atDesk.ended()).toMatchObject({ by: 'them', status: 487 });
      await Promise.all([out.hears(office.tone('mobile')), onMobile.hears(office.tone('101'))]);
      await out.hangUp();
      // One of several that is busy does not speak for the others.
      desk.policy = busy;
      const again = anna.call('102');
      const still = await mobile.rung();
      await desk.rung();
      await again.rings();
      await still.answer();
      await again.hears(office.tone('mobile'));
      await again.hangUp();
    }),
  );

  test(
    'both answer in the same moment: one is kept, the other is released',
    inOffice(async office => {
      const anna = await office.extension('101');
      const desk = await office.extension('102');
      const mobile = await office.extension('102', { tone: office.tone('mobile') });
      const out = anna.call('102');
      const [atDesk, onMobile] = await Promise.all([desk.rung(), mobile.rung()]);
      await Promise.all([atDesk.answer(), onMobile.answer()]);
      await out.answered();
      const released = await Promise.race([atDesk.ended().then(() => atDesk), onMobile.ended().then(() => onMobile)]);
      const kept = released === atDesk ? onMobile : atDesk;
      await Promise.all([
        out.hears(kept === atDesk ? office.tone('102') : office.tone('mobile')),
        kept.hears(office.tone('101')),
      ]);
      expect(kept.state.kind).toBe('talking');
      await out.hangUp();
    }),
  );

  test(
    'may sit behind a NAT',
    inOffice(async office => {
      const anna = await office.extension('101');
      const afar = await office.extension('102', { advertise: '10.99.88.77' });
      const out = anna.call('102');
      const into = await afar.rung();
      await into.answer();
      await hearEachOther(office, out, into);
      await into.hold();
      await out.hears(office.music);
      await into.resume();
      await hearEachOther(office, out, into);
      await into.hangUp();
      await out.ended();
      const back = afar.call('101');
      const answered = await anna.rung();
      await answered.answer();
      await hearEachOther(office, back, answered);
      await answered.hangUp();
      await back.ended();
    }),
  );

  test('may be at a fixed contact, and need no registration', async () => {
    const door = await createPhone({
      clock: systemClock,
      log: silentLog,
      user: 'door',
      tone: 3350,
      knows: everyFrequency,
    });
    await inOffice(
      async office => {
        const anna = await office.extension('101');
        const out = anna.call('103');
        const into = await door.rung();
        expect(into.shown.from.number).toBe('101');
        await into.answer();
        await Promise.all([out.hears(3350), into.hears(office.tone('101'))]);
        // It has no password, and so nothing to say of its own.
        const { port } = office.kozpont.listening[0] ?? { port: 0 };
        expect(await door.call(`sip:101@127.0.0.1:${port}`).ended()).toMatchObject({ by: 'them', status: 401 });
        await out.hangUp();
        await into.ended();
      },
      { plan: { extensions: { ...officePlan().extensions, '103': extension('103', { contact: door.uri }) } } },
    )();
    await door.close();
  });

  test(
    'prove who they are with MD5 where they know nothing better, and are known again',
    inOffice(async office => {
      const old = await office.extension('101', { digests: ['MD5'] });
      await old.register();
      expect(old.registration.last?.status).toBe(200);
      await office.extension('102');
      const out = old.call('102');
      await out.rings();
      await out.hangUp();
    }),
  );

  test(
    'answer OPTIONS, and do not serve what they do not know',
    inOffice(async office => {
      const anna = await office.extension('101');
      expect((await anna.ask('OPTIONS', '102')).status).toBe(200);
      expect((await anna.ask('PUBLISH', '102')).status).toBeGreaterThanOrEqual(400);
    }),
  );
});
