import { expect, test } from 'vitest';
import { PhoneDialog } from '../../support/signalling/phone.ts';
import { type OpenRig, ourSdp, theirSdp, userOf } from '../../support/signalling/rig.ts';
import { addressOf, fieldOf, statusOf, tagOf, uriOf } from '../../support/signalling/sipText.ts';

export const outbound = (open: OpenRig): void => {
  test('a phone rings, answers and hangs up', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { leg, watch } = rig.dial('101');
    expect(rig.signalling.remaining).toBe(1);
    const invite = await phone.next('INVITE');
    expect(uriOf(invite)).toBe(addressOf(phone.contact));
    expect(invite.body).toBe(ourSdp());
    expect(fieldOf(invite, 'Call-ID')).toBe(leg.sipCallId);
    phone.respond(invite, 180);
    await watch.next('ringing');
    phone.respond(invite, 183);
    phone.respond(invite, 200, {}, theirSdp());
    await phone.next('ACK');
    expect((await watch.next('answered')).sdp).toBe(theirSdp());
    const dialog = PhoneDialog.ofCallee(phone, invite);
    dialog.send('BYE');
    await phone.next(200);
    expect((await watch.next('ended')).end.by).toBe('remote');
    expect(rig.signalling.remaining).toBe(0);
  });

  test('what the phone is shown: who calls, how to ring, why the call comes back', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { leg, watch } = rig.dial('101', {
      from: { number: '+3612345678', display: 'R: no answer 102 – "Éva"\r\nX-Injected: 1' },
      alert: 'recall',
      reason: { cause: 480, text: 'no answer 102' },
      divert: 'inhibit',
    });
    const invite = await phone.next('INVITE');
    expect(fieldOf(invite, 'From')).toMatch(
      /^"R: no answer 102 – \\"Éva\\"X-Injected: 1" <sip:\+3612345678@127\.0\.0\.1/,
    );
    expect(fieldOf(invite, 'P-Asserted-Identity')).toContain('<sip:+3612345678@');
    expect(fieldOf(invite, 'Alert-Info')).toBe('<urn:alert:service:recall-callback>;info=alert-recall');
    expect(fieldOf(invite, 'Reason').replace(/\s*;\s*/g, ';')).toBe('SIP;cause=480;text="no answer 102"');
    expect(fieldOf(invite, 'Reject-Contact')).toContain('actor="msg-taker"');
    expect(fieldOf(invite, 'To')).toContain('sip:101@');
    expect(invite.fields.filter(([name]) => name.toLowerCase() === 'x-injected')).toEqual([]);
    phone.respond(invite, 100);
    leg.cancel();
    await watch.next('failed');
    await phone.next('CANCEL');
    phone.respond(invite, 487);
  });

  test('a caller who withheld the number stays anonymous', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { leg, watch } = rig.dial('101', { from: { number: '', display: undefined } });
    const invite = await phone.next('INVITE');
    expect(fieldOf(invite, 'From')).toContain('<sip:anonymous@anonymous.invalid>');
    expect(fieldOf(invite, 'P-Asserted-Identity')).toBe('');
    expect(fieldOf(invite, 'Privacy')).toBe('id');
    leg.cancel();
    await watch.next('failed');
    phone.respond(invite, 487);
  });

  test('nobody is registered: unreachable, at once', async () => {
    const rig = await open();
    const { watch } = rig.dial('101');
    expect(watch.kinds).toEqual([]);
    expect((await watch.next('failed')).failure).toEqual({
      reason: 'unreachable',
      status: 480,
      text: 'Temporarily Unavailable',
    });
    expect(rig.signalling.remaining).toBe(0);
  });

  test.each([
    [486, 'busy'],
    [600, 'busy'],
    [603, 'declined'],
    [403, 'declined'],
    [480, 'unavailable'],
    [404, 'unreachable'],
    [500, 'unreachable'],
    [302, 'unreachable'],
    [401, 'unreachable'],
  ])('a phone that answers %i is %s', async (status, reason) => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { watch } = rig.dial('101');
    const invite = await phone.next('INVITE');
    const challenge = 'Digest realm="kozpont.test", nonce="n", algorithm=MD5, qop="auth"';
    phone.respond(invite, status, status === 401 ? { 'WWW-Authenticate': challenge } : {});
    await phone.next('ACK');
    expect((await watch.next('failed')).failure).toMatchObject({ reason, status });
    await rig.roundTrip();
    // No challenge of a phone's is answered.
    expect(phone.has('INVITE')).toBe(false);
  });

  test('a phone that rings and gives up at once is unavailable', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { watch } = rig.dial('101');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 180);
    await watch.next('ringing');
    phone.respond(invite, 480);
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unavailable', status: 480 });
  });

  test('a phone that is not there any more is unreachable, a fixed contact as well', async () => {
    const rig = await open();
    const nobodyThere = { kind: 'contact', number: '101', uri: 'sip:door@127.0.0.1:9;transport=tcp' } as const;
    const { watch } = rig.dial('101', { target: nobodyThere });
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 503 });
  });

  test('a fixed contact that is no URI is called nowhere', async () => {
    const rig = await open();
    const uri = 'sip:101@127.0.0.1 SIP/2.0\r\nX-Injected: 1';
    const { watch } = rig.dial('101', { target: { kind: 'contact', number: '101', uri } });
    expect((await watch.next('failed')).failure.reason).toBe('unreachable');
  });

  test('a fixed contact is called where it is', async () => {
    const rig = await open();
    const door = await rig.phone('door');
    const uri = addressOf(door.contact);
    const { watch } = rig.dial('20', { target: { kind: 'contact', number: '20', uri } });
    const invite = await door.next('INVITE');
    expect(uriOf(invite)).toBe(uri);
    expect(fieldOf(invite, 'To')).toContain('sip:20@');
    door.respond(invite, 486);
    expect((await watch.next('failed')).failure.reason).toBe('busy');
  });

  test('all phones of an extension ring; the first that answers is kept, the others are told', async () => {
    const rig = await open();
    const first = await rig.registered('101');
    const second = await rig.registered('101', 'tcp');
    const { leg, watch } = rig.dial('101');
    const invites = [await first.next('INVITE'), await second.next('INVITE')] as const;
    expect(fieldOf(invites[0], 'Call-ID')).not.toBe(fieldOf(invites[1], 'Call-ID'));
    first.respond(invites[0], 180);
    second.respond(invites[1], 180);
    await watch.next('ringing');
    second.respond(invites[1], 200, {}, theirSdp());
    await second.next('ACK');
    const cancel = await first.next('CANCEL');
    expect(fieldOf(cancel, 'Reason').replace(/\s*;\s*/g, ';')).toBe('SIP;cause=200;text="Call completed elsewhere"');
    first.respond(invites[0], 487);
    await watch.next('answered');
    expect(leg.sipCallId).toBe(fieldOf(invites[1], 'Call-ID'));
    leg.hangUp();
    second.respond(await second.next('BYE'), 200);
    await watch.next('ended');
    expect(watch.kinds).toEqual(['ringing', 'answered', 'ended']);
  });

  test('when two answer at once the first is kept, the other gets ACK and BYE', async () => {
    const rig = await open();
    const first = await rig.registered('101');
    const second = await rig.registered('101');
    const { leg, watch } = rig.dial('101');
    const invites = [await first.next('INVITE'), await second.next('INVITE')] as const;
    rig.relay.hold();
    first.respond(invites[0], 200, {}, theirSdp(1));
    await rig.relay.untilHeld(/SIP\/2\.0 200[\s\S]*INVITE/);
    second.respond(invites[1], 200, {}, theirSdp(2));
    await rig.relay.untilHeld(/SIP\/2\.0 200[\s\S]*SIP\/2\.0 200/);
    rig.relay.release();
    expect((await watch.next('answered')).sdp).toBe(theirSdp(1));
    await first.next('ACK');
    await second.next('ACK');
    second.respond(await second.next('BYE'), 200);
    expect(leg.sipCallId).toBe(fieldOf(invites[0], 'Call-ID'));
    expect(first.has('BYE')).toBe(false);
    leg.hangUp();
    first.respond(await first.next('BYE'), 200);
    await watch.next('ended');
  });

  test('one phone busy, one not answering: busy is what is told, when the last one is through', async () => {
    const rig = await open();
    const first = await rig.registered('101');
    const second = await rig.registered('101');
    const { watch } = rig.dial('101');
    const invites = [await first.next('INVITE'), await second.next('INVITE')] as const;
    first.respond(invites[0], 486);
    await first.next('ACK');
    second.respond(invites[1], 180);
    await watch.next('ringing');
    second.respond(invites[1], 480);
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'busy', status: 486 });
  });

  test('a decline speaks for the user: the other phones stop ringing', async () => {
    const rig = await open();
    const first = await rig.registered('101');
    const second = await rig.registered('101');
    const { watch } = rig.dial('101');
    const invites = [await first.next('INVITE'), await second.next('INVITE')] as const;
    second.respond(invites[1], 180);
    await watch.next('ringing');
    first.respond(invites[0], 603);
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'declined', status: 603 });
    await second.next('CANCEL');
    second.respond(invites[1], 487);
  });

  test('taken back before the INVITE has left: it is cancelled as soon as it has', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { leg, watch } = rig.dial('101');
    watch.within(() => leg.cancel());
    expect((await watch.next('failed')).failure.reason).toBe('cancelled');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 180);
    await phone.next('CANCEL');
    phone.respond(invite, 487);
    await phone.next('ACK');
    expect(watch.kinds).toEqual(['failed']);
  });

  test('a 200 that crosses the CANCEL gets ACK, then BYE, and counts as cancelled', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { leg, watch } = rig.dial('101');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 180);
    await watch.next('ringing');
    rig.relay.hold();
    phone.respond(invite, 200, {}, theirSdp());
    await rig.relay.untilHeld(/SIP\/2\.0 200/);
    watch.within(() => leg.cancel());
    expect((await watch.next('failed')).failure.reason).toBe('cancelled');
    rig.relay.release();
    await phone.next('ACK');
    phone.respond(await phone.next('BYE'), 200);
    await rig.roundTrip();
    expect(rig.signalling.remaining).toBe(0);
    expect(watch.kinds).toEqual(['ringing', 'failed']);
  });

  test('an answer that the exchange has not heard of yet can still be taken back', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { leg, watch } = rig.dial('101');
    const invite = await phone.next('INVITE');
    // The exchange is busy in the very turn in which the answer is read: what waits for it is withdrawn.
    watch.ringing = () => {
      watch.notes.push({ kind: 'ringing' });
      leg.cancel();
    };
    rig.relay.hold();
    phone.respond(invite, 180);
    await rig.relay.untilHeld(/SIP\/2\.0 180/);
    phone.respond(invite, 200, {}, theirSdp());
    await rig.relay.untilHeld(/SIP\/2\.0 200/);
    rig.relay.release();
    await phone.next('ACK');
    phone.respond(await phone.next('BYE'), 200);
    await rig.roundTrip();
    expect(watch.kinds).toEqual(['ringing', 'failed']);
    expect(rig.signalling.remaining).toBe(0);
  });

  test('an answer and a BYE in one chunk: both are told', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { watch } = rig.dial('101');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 200, {}, theirSdp());
    await phone.next('ACK');
    PhoneDialog.ofCallee(phone, invite).send('BYE');
    await watch.next('answered');
    await watch.next('ended');
  });

  test('an answer without a description is no answer', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { watch } = rig.dial('101');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 200);
    await phone.next('ACK');
    phone.respond(await phone.next('BYE'), 200);
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 488 });
  });

  test('an answer without a Contact is none either: its phone gets ACK and BYE, and the others go on ringing', async () => {
    const rig = await open();
    const wrong = await rig.registered('101');
    const right = await rig.registered('101');
    const { watch } = rig.dial('101');
    const [first, second] = [await wrong.next('INVITE'), await right.next('INVITE')];
    right.respond(second, 180);
    await watch.next('ringing');
    wrong.respond(first, 200, { Contact: [] }, theirSdp());
    if (rig.server.kind === 'drachtiod') await wrong.next('ACK');
    wrong.respond(await wrong.next('BYE'), 200);
    right.respond(second, 200, {}, theirSdp());
    await right.next('ACK');
    await watch.next('answered');
    PhoneDialog.ofCallee(right, second).send('BYE');
    await watch.next('ended');
  });

  test('a forward to an extension of ours is followed where forwards are allowed', async () => {
    const rig = await open();
    const away = await rig.registered('101');
    const deputy = await rig.registered('102');
    const { leg, watch } = rig.dial('101');
    const invite = await away.next('INVITE');
    away.respond(invite, 302, { Contact: '<sip:102@somewhere.example>' });
    await away.next('ACK');
    const forwarded = await deputy.next('INVITE');
    expect(fieldOf(forwarded, 'Diversion')).toContain('sip:101@');
    expect(fieldOf(forwarded, 'From')).toContain('+3612345678');
    // Round and round: each extension is asked once.
    deputy.respond(forwarded, 302, { Contact: '<sip:101@somewhere.example>' });
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 302 });
    leg.cancel();
  });

  test('a forward is not followed where it is inhibited, and nowhere but to extensions of ours', async () => {
    const rig = await open();
    const away = await rig.registered('101');
    const deputy = await rig.registered('102');
    for (const [divert, contact] of [
      ['inhibit', '<sip:102@somewhere.example>'],
      ['allow', '<sip:+19005551234@premium.example>'],
    ] as const) {
      const { watch } = rig.dial('101', { divert });
      const invite = await away.next('INVITE');
      away.respond(invite, 302, { Contact: contact });
      expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 302 });
    }
    await rig.roundTrip();
    expect(deputy.has('INVITE')).toBe(false);
  });

  test('422 is answered with an interval that the phone takes', async () => {
    const rig = await open();
    const phone = await rig.registered('101');
    const { leg, watch } = rig.dial('101');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 422, { 'Min-SE': '3600' });
    const again = await phone.next('INVITE');
    expect(fieldOf(again, 'Session-Expires')).toContain('3600');
    phone.respond(again, 422, { 'Min-SE': '7200' });
    expect((await watch.next('failed')).failure.status).toBe(422);
    leg.cancel();
  });

  test('a challenge to our BYE is not answered, and the dialog is over', async () => {
    const rig = await open();
    const { phone, leg, watch, dialog } = await rig.answeredDial('101');
    leg.hangUp();
    const bye = await phone.next('BYE');
    expect(fieldOf(bye, 'Authorization') + fieldOf(bye, 'Proxy-Authorization')).toBe('');
    phone.respond(bye, 407, {
      'Proxy-Authenticate': 'Digest realm="kozpont.test", nonce="n", algorithm=MD5, qop="auth"',
    });
    await watch.next('ended');
    await rig.roundTrip();
    expect(phone.has('BYE')).toBe(false);
    expect(rig.signalling.remaining).toBe(0);
    // The server keeps a dialog whose BYE was challenged: for whoever would answer the challenge.
    dialog.send('BYE');
    await phone.next(message => statusOf(message) >= 200);
  });

  test('a fork: tags and names of the winner are what Replaces names', async () => {
    const rig = await open();
    const { phone, leg, invite, watch } = await rig.answeredDial('101');
    const other = await rig.phone('102');
    const replaces = `${fieldOf(invite, 'Call-ID')};to-tag=${tagOf(fieldOf(invite, 'From'))};from-tag=phone`;
    await other.inviteAs(userOf('102'), '101', { Replaces: replaces });
    const { call } = await rig.exchange.nextCall();
    expect(call.replaces).toBe(leg);
    call.leg.hangUp();
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
  });
};
