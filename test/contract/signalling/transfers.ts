import { expect, test } from 'vitest';
import { hostileTexts } from '../../support/hostileTexts.ts';
import { PhoneDialog } from '../../support/signalling/phone.ts';
import {
  type AnsweredCall,
  type OpenRig,
  ourSdp,
  type ServerTraits,
  theirSdp,
  userOf,
} from '../../support/signalling/rig.ts';
import { fieldOf, statusOf, tagOf } from '../../support/signalling/sipText.ts';

const sipfrag = (message: { readonly body: string }): string => message.body.trim();

export const transfers = (open: OpenRig, { handsOverRefer }: ServerTraits): void => {
  test('a blind transfer: 202, then NOTIFYs one after the other, the last one ends the subscription', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => {
      transfer.accept();
      transfer.progress(180, 'Ringing');
      transfer.progress(183, 'Session Progress');
      transfer.progress(200, 'OK');
      transfer.progress(503, 'too late');
    };
    dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>` });
    const { request } = await watch.next('transfer');
    expect([request.target, request.replaces]).toEqual(['102', undefined]);
    expect(statusOf(await phone.next(202))).toBe(202);
    const trying = await phone.next('NOTIFY');
    expect(sipfrag(trying)).toBe('SIP/2.0 100 Trying');
    expect(fieldOf(trying, 'Event')).toBe('refer');
    expect(fieldOf(trying, 'Content-Type')).toBe('message/sipfrag;version=2.0');
    expect(fieldOf(trying, 'Subscription-State')).toMatch(/^active\s*;\s*expires=/);
    await rig.roundTrip();
    expect(phone.has('NOTIFY')).toBe(false);
    phone.respond(trying, 200, {}, '', '');
    const final = await phone.next('NOTIFY');
    expect(sipfrag(final)).toBe('SIP/2.0 200 OK');
    expect(fieldOf(final, 'Subscription-State')).toMatch(/^terminated\s*;\s*reason=noresource$/);
    phone.respond(final, 200, {}, '', '');
    await rig.roundTrip();
    expect(phone.has('NOTIFY')).toBe(false);
    await hangUp({ phone, call, watch });
  });

  test('a phone that is slow to answer NOTIFYs hears 100, then what is true by then', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => transfer.accept();
    dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>` });
    const { request } = await watch.next('transfer');
    const trying = await phone.next('NOTIFY');
    request.progress(180, 'Ringing');
    phone.respond(trying, 200, {}, '', '');
    const ringing = await phone.next('NOTIFY');
    expect(sipfrag(ringing)).toBe('SIP/2.0 180 Ringing');
    phone.respond(ringing, 481, {}, '', '');
    await rig.roundTrip();
    // It does not listen any more: a failure of a NOTIFY is nobody's.
    request.progress(200, 'OK');
    await rig.roundTrip();
    expect(phone.has('NOTIFY')).toBe(false);
    await hangUp({ phone, call, watch });
  });

  test("an immediate 200 where the phone's settings say so", async () => {
    const rig = await open({ phoneOptions: () => ({ transferNotify: 'immediate' }) });
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => {
      transfer.accept();
      transfer.progress(486, 'Busy Here');
    };
    dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>` });
    await watch.next('transfer');
    const only = await phone.next('NOTIFY');
    expect([sipfrag(only), fieldOf(only, 'Subscription-State').split(';')[0]]).toEqual([
      'SIP/2.0 200 OK',
      'terminated',
    ]);
    phone.respond(only, 200, {}, '', '');
    await rig.roundTrip();
    expect(phone.has('NOTIFY')).toBe(false);
    await hangUp({ phone, call, watch });
  });

  test('an immediate 200, until the phone is seen to stay on the line all the same', async () => {
    const rig = await open({ phoneOptions: () => ({ transferNotify: 'auto' }) });
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => transfer.accept();
    const refer = async (): Promise<string> => {
      dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>`, 'User-Agent': 'Stayer/1.0' });
      const { request } = await watch.next('transfer');
      const first = await phone.next('NOTIFY');
      phone.respond(first, 200, {}, '', '');
      await rig.roundTrip();
      request.progress(486, 'Busy Here');
      if (sipfrag(first).includes(' 200 ')) return sipfrag(first);
      phone.respond(await phone.next('NOTIFY'), 200, {}, '', '');
      return sipfrag(first);
    };
    expect(await refer()).toBe('SIP/2.0 200 OK');
    await new Promise(resolve => setTimeout(resolve, 4_500));
    expect(await refer()).toBe('SIP/2.0 100 Trying');
    await hangUp({ phone, call, watch });
  });

  test('an attended transfer reports its progress, whatever the settings say', async () => {
    const rig = await open({ phoneOptions: () => ({ transferNotify: 'immediate' }) });
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => transfer.accept();
    dialog.send('REFER', {
      'Refer-To': `<sip:102@${phone.target}?Replaces=${encodeURIComponent('nobody@h;to-tag=1;from-tag=2')}>`,
    });
    const { request } = await watch.next('transfer');
    const first = await phone.next('NOTIFY');
    expect(sipfrag(first)).toBe('SIP/2.0 100 Trying');
    phone.respond(first, 200, {}, '', '');
    await rig.roundTrip();
    request.progress(200, 'OK');
    phone.respond(await phone.next('NOTIFY'), 200, {}, '', '');
    await hangUp({ phone, call, watch });
  });

  test('no NOTIFY where the phone asks for none', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => {
      transfer.accept();
      transfer.progress(200, 'OK');
    };
    dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>`, 'Refer-Sub': 'false', Supported: 'norefersub' });
    await watch.next('transfer');
    expect(fieldOf(await phone.next(202), 'Refer-Sub')).toBe('false');
    await rig.roundTrip();
    expect(phone.has('NOTIFY')).toBe(false);
    await hangUp({ phone, call, watch });
  });

  test('a refusal is the answer to the REFER, and only the first word counts', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => {
      transfer.refuse(404, 'Not Found');
      transfer.accept();
    };
    dialog.send('REFER', { 'Refer-To': `<sip:999@${phone.target}>` });
    await watch.next('transfer');
    expect((await phone.next(404)).startLine).toBe('SIP/2.0 404 Not Found');
    await rig.roundTrip();
    expect(phone.has('NOTIFY')).toBe(false);
    await hangUp({ phone, call, watch });
  });

  test('an exchange that never decides: the phone gets an answer', async () => {
    const rig = await open({ virtual: true });
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>` });
    const { request } = await watch.next('transfer');
    await rig.pass(10_000);
    await phone.next(500);
    request.accept();
    await rig.roundTrip();
    expect(phone.has('NOTIFY')).toBe(false);
    await hangUp({ phone, call, watch });
  });

  test('a second REFER of a dialog has NOTIFYs with its id', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => transfer.accept();
    dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>` });
    phone.respond(await phone.next('NOTIFY'), 200, {}, '', '');
    const second = dialog.send('REFER', { 'Refer-To': `<sip:103@${phone.target}>` });
    const notify = await phone.next('NOTIFY');
    const [sequence] = fieldOf(second, 'CSeq').split(' ');
    expect(fieldOf(notify, 'Event').replace(/\s/g, '')).toBe(`refer;id=${sequence}`);
    phone.respond(notify, 200, {}, '', '');
    watch.skip(2);
    await hangUp({ phone, call, watch });
  });

  test('REFER with Replaces names one of our legs, confirmed or early, or is unknown', async () => {
    const rig = await open();
    const first = await rig.answeredCall('101', '10');
    const consulting = await rig.phone('101');
    const invite = await consulting.inviteAs(userOf('101'), '102');
    const consultation = await rig.exchange.nextCall();
    consultation.call.leg.ring();
    const ringing = await consulting.next(180);
    const refer = async (replaces: string) => {
      first.dialog.send('REFER', { 'Refer-To': `<sip:102@${first.phone.target}?Replaces=${replaces}>` });
      const { request } = await first.watch.next('transfer');
      request.refuse(491, 'Request Pending');
      await first.phone.next(491);
      return request;
    };
    const ourTag = tagOf(fieldOf(ringing, 'To'));
    const name = `${fieldOf(invite, 'Call-ID')}%3Bto-tag%3D${ourTag}%3Bfrom-tag%3D${tagOf(fieldOf(invite, 'From'))}`;
    // Semi-attended: the consultation still rings.
    expect((await refer(name)).replaces).toBe(consultation.call.leg);
    await consultation.call.leg.answer(ourSdp());
    const ok = await consulting.next(200);
    PhoneDialog.ofCaller(consulting, invite, ok).ack();
    expect((await refer(name)).replaces).toBe(consultation.call.leg);
    expect((await refer(`${name}x`)).replaces).toBe('unknown');
    consultation.call.leg.hangUp();
    consulting.respond(await consulting.next('BYE'), 200);
    await consultation.watch.next('ended');
    expect((await refer(name)).replaces).toBe('unknown');
    await hangUp(first);
  });

  test('a phone that was called transfers as one that calls', async () => {
    const rig = await open();
    const { phone, leg, watch, dialog } = await rig.answeredDial('101');
    watch.onTransfer = transfer => transfer.accept();
    dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>` });
    expect((await watch.next('transfer')).request.target).toBe('102');
    phone.respond(await phone.next('NOTIFY'), 200, {}, '', '');
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
  });

  test("the transferor's BYE is welcome at any moment: in the same chunk as its REFER", async () => {
    const rig = await open();
    const { phone, dialog, watch } = await rig.answeredCall('101');
    watch.onTransfer = transfer => transfer.accept();
    await rig.roundTrip();
    rig.relay.hold();
    dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>` });
    await rig.relay.untilHeld(/^REFER /m);
    dialog.send('BYE');
    await rig.relay.untilHeld(/^BYE /m);
    rig.relay.release();
    await watch.next('transfer');
    await watch.next('ended');
    expect(watch.kinds).toEqual(['transfer', 'ended']);
    watch.notes.forEach(note => {
      if (note.kind === 'transfer') note.request.progress(200, 'OK');
    });
    await phone.next(message => statusOf(message) === 200 && fieldOf(message, 'CSeq').endsWith('BYE'));
    expect(rig.signalling.remaining).toBe(0);
  });

  test('before the first NOTIFY is answered, and between two of them', async () => {
    const rig = await open();
    for (const notifies of [0, 1]) {
      const { phone, dialog, watch } = await rig.answeredCall('101');
      watch.onTransfer = transfer => transfer.accept();
      dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>` });
      const { request } = await watch.next('transfer');
      await phone.next(202);
      const notify = await phone.next('NOTIFY');
      if (notifies === 1) phone.respond(notify, 200, {}, '', '');
      dialog.send('BYE');
      await watch.next('ended');
      request.progress(180, 'Ringing');
      request.progress(200, 'OK');
      if (notifies === 0) phone.respond(notify, 200, {}, '', '');
      await phone.next(message => statusOf(message) === 200 && fieldOf(message, 'CSeq').endsWith('BYE'));
    }
  });

  test('a trunk transfers nobody', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const { call, watch } = await rig.exchange.nextCall();
    await call.leg.answer(ourSdp());
    const dialog = PhoneDialog.ofCaller(caller, invite, await caller.next(200));
    dialog.ack();
    dialog.send('REFER', { 'Refer-To': `<sip:102@${caller.target}>` });
    expect(statusOf(await caller.next(403))).toBe(403);
    expect(watch.kinds).toEqual([]);
    dialog.send('BYE');
    await watch.next('ended');
  });

  test('what cannot be a transfer is refused, and a user part may be missing', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => transfer.refuse(404, 'Not Found');
    const answers: [string, number][] = [];
    for (const [referTo, status] of [
      ['<sip:102@host>, <sip:103@host>', 400],
      ['nonsense', 400],
      ['<https://example.com>', 416],
      ['<sip:102@host;method=SUBSCRIBE>', 403],
      ['<sip:102@host?Replaces=only-a-call-id>', 400],
      ['<sip:host>', 404],
      ['"Name" <sip:1%302@host?Subject=hello&Accept-Contact=x>', 404],
      ['<tel:+3612345678>', 404],
      ['sip:102@host', 404],
    ] as const) {
      dialog.send('REFER', { 'Refer-To': referTo });
      answers.push([referTo, statusOf(await phone.next(message => statusOf(message) >= 200))]);
      expect(answers.at(-1)).toEqual([referTo, status]);
    }
    dialog.send('REFER');
    expect(statusOf(await phone.next(message => statusOf(message) >= 200))).toBe(400);
    const targets = watch.notes.map(note => (note.kind === 'transfer' ? note.request.target : note.kind));
    expect(targets).toEqual(['', '102', '+3612345678', '102']);
    watch.skip(4);
    await hangUp({ phone, call, watch });
  });

  test('hostile text in a Refer-To is refused or stays text', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => transfer.refuse(404, 'Not Found');
    for (const text of hostileTexts) {
      for (const written of [encodeURIComponent(text.replace(/\ud800/g, '')), text.replace(/[\r\n\ud800]/g, '')]) {
        dialog.send('REFER', { 'Refer-To': `"${written.slice(0, 200)}" <sip:${written}@host?Replaces=${written}>` });
        const answer = await phone.next(message => statusOf(message) >= 200);
        expect([400, 403, 404, 416, 513]).toContain(statusOf(answer));
      }
    }
    for (const note of watch.notes) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      if (note.kind === 'transfer') expect(note.request.target).not.toMatch(/[\u0000-\u001f]/);
    }
    watch.skip(watch.notes.length);
    await hangUp({ phone, call, watch });
  });

  test.skipIf(!handsOverRefer)('a REFER outside of any call is refused', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    phone.request('REFER', `sip:10@${phone.target}`, { 'Refer-To': `<sip:102@${phone.target}>` });
    expect(statusOf(await phone.next(message => statusOf(message) >= 400))).toBe(403);
  });

  test('REFER back to back with a hold re-INVITE', async () => {
    const rig = await open();
    const { phone, dialog, watch, call } = await rig.answeredCall('101');
    watch.onTransfer = transfer => transfer.accept();
    watch.onOffered = async () => ourSdp(2);
    dialog.send('INVITE', {}, theirSdp(2));
    const [inviteSequence] = fieldOf(await phone.next(200), 'CSeq').split(' ');
    dialog.ack('', Number(inviteSequence));
    dialog.send('REFER', { 'Refer-To': `<sip:102@${phone.target}>` });
    await watch.next('offered');
    await watch.next('transfer');
    await phone.next(202);
    phone.respond(await phone.next('NOTIFY'), 200, {}, '', '');
    await hangUp({ phone, call, watch });
  });
};

const hangUp = async ({ phone, call, watch }: Pick<AnsweredCall, 'phone' | 'call' | 'watch'>): Promise<void> => {
  call.leg.hangUp();
  phone.respond(await phone.next('BYE'), 200);
  await watch.next('ended');
};
