import { expect, test } from 'vitest';
import { hostileTexts } from '../../support/hostileTexts.ts';
import { type OpenRig, userOf } from '../../support/signalling/rig.ts';
import { fieldOf, statusOf } from '../../support/signalling/sipText.ts';

export const admission = (open: OpenRig): void => {
  test('a call of a trunk is shown as what it is', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+36301234567');
    const invite = caller.invite('+3612345678', { From: `"Kovács Éva" <sip:+36301234567@carrier.example>;tag=a1` });
    const { call, watch } = await rig.exchange.nextCall();
    expect(call.via).toEqual({ kind: 'trunk', name: 'carrier' });
    expect(call.from).toEqual({ number: '+36301234567', display: 'Kovács Éva' });
    expect(call.dialled).toBe('+3612345678');
    expect(call.sipCallId).toBe(fieldOf(invite, 'Call-ID'));
    expect(call.offer).toContain('m=audio 40000');
    watch.within(() => call.leg.hangUp({ status: 486, text: 'Busy Here' }));
    expect(statusOf(await caller.next(486))).toBe(486);
    expect((await watch.next('ended')).end).toEqual({ by: 'local', status: 486, text: 'Busy Here' });
  });

  test("a network's word on who calls comes before the phone's, and privacy before both", async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('1');
    caller.invite('2', { 'P-Asserted-Identity': '"Asserted" <sip:+3611111111@carrier.example>' });
    const asserted = await rig.exchange.nextCall();
    expect(asserted.call.from).toEqual({ number: '+3611111111', display: 'Asserted' });
    asserted.call.leg.hangUp();
    caller.invite('2', { 'P-Asserted-Identity': '<sip:+3611111111@carrier.example>', Privacy: 'id' });
    const withheld = await rig.exchange.nextCall();
    expect(withheld.call.from).toEqual({ number: '', display: undefined });
    withheld.call.leg.hangUp();
    caller.invite('2', { From: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=z' });
    const anonymous = await rig.exchange.nextCall();
    expect(anonymous.call.from.number).toBe('');
    anonymous.call.leg.hangUp({ status: 603 });
    await anonymous.watch.next('ended');
  });

  test('a trunk asserts who is outside, and is taken for nobody inside', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+3630');
    const shownFor = async (fields: Record<string, string>) => {
      const invite = caller.invite('2', { From: '<sip:+3630@carrier.example>;tag=p', ...fields });
      const { call } = await rig.exchange.nextCall();
      call.leg.hangUp({ status: 486 });
      caller.ackFailure(invite, await caller.next(486));
      return call.from;
    };
    for (const asserted of [
      '"Anna" <sip:101@carrier.example>',
      '<tel:102>',
      '<sip:1%301@h>',
      '"A" <sip:1\u200b01@h>',
    ]) {
      expect(await shownFor({ 'P-Asserted-Identity': asserted })).toEqual({ number: '+3630', display: undefined });
    }
    const recall = '"\u200bR: no answer 101 – Anna" <sip:+3630@carrier.example>';
    expect(await shownFor({ From: `${recall};tag=r` })).toEqual({ number: '+3630', display: undefined });
    expect(await shownFor({ 'P-Asserted-Identity': recall })).toEqual({ number: '+3630', display: undefined });
    expect(await shownFor({ From: '"Anna" <sip:reception@carrier.example>;tag=n' })).toEqual({
      number: 'reception',
      display: 'Anna',
    });
  });

  test("an extension proves who it is, on a trunk's network, too", async () => {
    const rig = await open({ trunk: 'office' });
    const phone = await rig.phone('101');
    await phone.inviteAs(userOf('101'), '102');
    const { call } = await rig.exchange.nextCall();
    expect(call.via).toEqual({ kind: 'extension', number: '101' });
    expect(call.from.number).toBe('101');
    expect(rig.exchange.arrivals).toHaveLength(1);
    call.leg.hangUp({ status: 480 });
    await phone.next(480);
  });

  test('who is neither is asked for proof and learns nothing', async () => {
    const rig = await open();
    const answers: string[] = [];
    for (const user of ['101', 'nobody']) {
      const phone = await rig.phone(user);
      const invite = await phone.inviteAs({ user, password: 'wrong' }, '102');
      const refused = await phone.next(message => statusOf(message) > 401);
      phone.ackFailure(invite, refused);
      answers.push(refused.startLine);
    }
    expect(answers).toEqual(['SIP/2.0 403 Forbidden', 'SIP/2.0 403 Forbidden']);
    expect(rig.exchange.arrivals).toHaveLength(0);
  });

  test('one extension cannot call in the name of another', async () => {
    const rig = await open();
    const phone = await rig.phone('102');
    const invite = await phone.inviteAs(userOf('101'), '103');
    const refused = await phone.next(403);
    phone.ackFailure(invite, refused);
    expect(rig.exchange.arrivals).toHaveLength(0);
  });

  test('an anonymous From is let in by the proof alone', async () => {
    const rig = await open();
    const phone = await rig.phone('101');
    await phone.inviteAs(userOf('101'), '102', { From: '<sip:anonymous@anonymous.invalid>;tag=t' });
    const { call } = await rig.exchange.nextCall();
    expect(call.via).toEqual({ kind: 'extension', number: '101' });
    expect(call.from).toEqual({ number: '', display: undefined });
    call.leg.hangUp();
  });

  test('an early CANCEL is heard, however soon it comes', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    caller.cancel(invite);
    const refused = await caller.next(487);
    caller.ackFailure(invite, refused);
    // Either the server has cancelled it before we saw it, or we have seen both.
    for (const { watch } of rig.exchange.arrivals) expect((await watch.next('ended')).end.by).toBe('remote');
  });

  test('what a stranger writes stays text', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const callee = await rig.registered('102');
    for (const text of hostileTexts.filter(one => !/[\r\n\ud800]/.test(one))) {
      const quoted = `"${text.replace(/[\\"]/g, '\\$&')}"`;
      const invite = caller.invite('2', {
        From: `${quoted} <sip:+361@carrier.example>;tag=h`,
        'User-Agent': text,
        Subject: text,
      });
      const { call, watch } = await rig.exchange.nextCall();
      const { leg, watch: ringing } = rig.dial('102', { from: call.from });
      const shown = await callee.next('INVITE');
      expect(fieldOf(shown, 'From').length).toBeLessThan(300);
      expect(shown.fields.filter(([name]) => /injected/i.test(name))).toEqual([]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      expect(call.from.display ?? '').not.toMatch(/[\u0000-\u001f\u202e]/);
      leg.cancel();
      await ringing.next('failed');
      callee.respond(shown, 487);
      call.leg.hangUp({ status: 480, text });
      caller.ackFailure(invite, await caller.next(480));
      await watch.next('ended');
    }
  });

  test('what cannot be served is refused with the status that says so', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const refusal = async (fields: Record<string, string | readonly string[]>, body?: string, uri?: string) => {
      const target = uri ?? `sip:2@${caller.target}`;
      const sent = caller.request(
        'INVITE',
        target,
        { 'Content-Type': 'application/sdp', ...fields },
        body ?? 'v=0\r\n',
      );
      const refused = await caller.next(message => statusOf(message) >= 300);
      caller.ackFailure(sent, refused);
      return refused;
    };
    const extension = await refusal({ Require: 'privacy-of-the-moon' });
    expect([statusOf(extension), fieldOf(extension, 'Unsupported')]).toEqual([420, 'privacy-of-the-moon']);
    const type = await refusal({ 'Content-Type': 'text/html' }, '<p>');
    expect([statusOf(type), fieldOf(type, 'Accept')]).toEqual([415, 'application/sdp']);
    const interval = await refusal({ 'Session-Expires': '60', Supported: 'timer' });
    expect([statusOf(interval), fieldOf(interval, 'Min-SE')]).toEqual([422, '90']);
    expect(statusOf(await refusal({ Contact: [] }))).toBe(400);
    expect(statusOf(await refusal({ Replaces: 'a@b;to-tag=1;from-tag=2' }))).toBe(403);
    expect(rig.exchange.arrivals).toHaveLength(0);
  });

  test('who may call at all is asked before anything else, and a refusal is 503 with the time to come back', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    rig.exchange.retryAfter = 4;
    const invite = caller.invite('2');
    const refused = await caller.next(503);
    caller.ackFailure(invite, refused);
    expect(fieldOf(refused, 'Retry-After')).toBe('4');
    expect(rig.exchange.offered).toEqual([{ kind: 'trunk', name: 'carrier' }]);
    expect([rig.exchange.arrivals, rig.exchange.notAdmitted]).toEqual([[], []]);
  });

  test('a call that was not let in is told of by its address, one that was let in is not', async () => {
    const rig = await open({ trunk: 'carrier' });
    const phone = await rig.phone('101');
    const wrong = await phone.inviteAs({ user: '101', password: 'wrong' }, '102');
    phone.ackFailure(wrong, await phone.next(403));
    const address = '127.0.0.1';
    const offered = { kind: 'address', address };
    expect(rig.exchange.offered).toEqual([offered, offered]);
    expect(rig.exchange.notAdmitted).toEqual([address, address]);
    await phone.inviteAs(userOf('101'), '102');
    const { call } = await rig.exchange.nextCall();
    expect(rig.exchange.offered).toHaveLength(4);
    expect(rig.exchange.notAdmitted).toEqual([address, address, address]);
    call.leg.hangUp({ status: 480 });
    await phone.next(480);
  });

  test('what belongs to a call that is up is never refused for want of room', async () => {
    const rig = await open();
    const first = await rig.answeredCall('101', '10');
    const asked = rig.exchange.offered.length;
    rig.exchange.retryAfter = 3;
    const second = await rig.phone('102');
    const replaces = `${fieldOf(first.invite, 'Call-ID')};to-tag=${first.dialog.theirTag};from-tag=${first.dialog.ourTag}`;
    await second.inviteAs(userOf('102'), '10', { Replaces: replaces });
    const { call } = await rig.exchange.nextCall();
    expect(call.replaces).toBe(first.call.leg);
    expect(rig.exchange.offered).toHaveLength(asked);
    call.leg.hangUp();
    await second.next(480);
    first.call.leg.hangUp();
    first.phone.respond(await first.phone.next('BYE'), 200);
  });
};
