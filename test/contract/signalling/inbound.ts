import { expect, test } from 'vitest';
import { offer, PhoneDialog } from '../../support/signalling/phone.ts';
import { type OpenRig, ourSdp, theirSdp, userOf } from '../../support/signalling/rig.ts';
import { fieldOf, fieldsOf, methodOf, statusOf, tagOf } from '../../support/signalling/sipText.ts';

export const inbound = (open: OpenRig): void => {
  test('a call rings, is answered, and ends by the caller', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const { call, watch } = await rig.exchange.nextCall();
    expect(rig.signalling.remaining).toBe(1);
    call.leg.ring();
    const ringing = await caller.next(180);
    expect(ringing.body).toBe('');
    expect(tagOf(fieldOf(ringing, 'To'))).not.toBe('');
    const answered = call.leg.answer(ourSdp());
    const ok = await caller.next(200);
    expect(ok.body).toBe(ourSdp());
    expect(fieldOf(ok, 'Content-Type')).toBe('application/sdp');
    expect(fieldOf(ok, 'Allow')).toContain('REFER');
    expect(fieldOf(ok, 'Supported')).toContain('replaces');
    expect(tagOf(fieldOf(ok, 'To'))).toBe(tagOf(fieldOf(ringing, 'To')));
    expect(await answered).toBeUndefined();
    const dialog = PhoneDialog.ofCaller(caller, invite, ok);
    dialog.ack();
    expect(watch.kinds).toEqual([]);
    dialog.send('BYE', { Reason: 'Q.850;cause=16;text="done"' });
    expect(statusOf(await caller.next(200))).toBe(200);
    const { end } = await watch.next('ended');
    expect(end).toEqual({ by: 'remote', status: undefined, text: 'Q.850;cause=16;text="done"' });
    expect(rig.signalling.remaining).toBe(0);
  });

  test('we hang up: BYE with the reason, and the end is told at once', async () => {
    const rig = await open();
    const { phone, call, watch } = await rig.answeredCall('101');
    watch.within(() => call.leg.hangUp({ cause: 16, text: 'Normal "call" clearing' }));
    watch.within(() => call.leg.hangUp());
    const bye = await phone.next('BYE');
    expect(fieldOf(bye, 'Reason')).toBe('Q.850;cause=16;text="Normal \\"call\\" clearing"');
    expect((await watch.next('ended')).end.by).toBe('local');
    phone.respond(bye, 200);
    await rig.roundTrip();
    expect(rig.signalling.remaining).toBe(0);
    expect(watch.kinds).toEqual(['ended']);
  });

  test('no BYE leaves before the ACK has come', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const { call, watch } = await rig.exchange.nextCall();
    await call.leg.answer(ourSdp());
    const ok = await caller.next(200);
    call.leg.hangUp();
    await watch.next('ended');
    await rig.roundTrip();
    expect(caller.has('BYE')).toBe(false);
    PhoneDialog.ofCaller(caller, invite, ok).ack();
    caller.respond(await caller.next('BYE'), 200);
  });

  test('the exchange hangs up while the answer is on its way: the caller gets 200, and BYE after the ACK', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const { call, watch } = await rig.exchange.nextCall();
    const answer = call.leg.answer(ourSdp());
    watch.within(() => call.leg.hangUp());
    await expect(answer).rejects.toThrow();
    expect((await watch.next('ended')).end.by).toBe('local');
    const ok = await caller.next(200);
    PhoneDialog.ofCaller(caller, invite, ok).ack();
    caller.respond(await caller.next('BYE'), 200);
  });

  test('a caller who gives up while it rings ends the call; an answer after that is refused', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const { call, watch } = await rig.exchange.nextCall();
    call.leg.ring();
    await caller.next(180);
    caller.cancel(invite);
    const terminated = await caller.next(487);
    caller.ackFailure(invite, terminated);
    expect((await watch.next('ended')).end).toEqual({ by: 'remote', status: 487, text: 'Request Terminated' });
    await expect(call.leg.answer(ourSdp())).rejects.toThrow();
    call.leg.hangUp();
    expect(watch.kinds).toEqual(['ended']);
  });

  test('a BYE in the same chunk as the confirmation of the answer ends the call', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const { call, watch } = await rig.exchange.nextCall();
    rig.relay.hold();
    const answered = call.leg.answer(ourSdp());
    const ok = await caller.next(200);
    const dialog = PhoneDialog.ofCaller(caller, invite, ok);
    dialog.ack();
    dialog.send('BYE');
    await rig.relay.untilHeld(/^BYE /m);
    expect(watch.kinds).toEqual([]);
    rig.relay.release();
    expect(await answered).toBeUndefined();
    expect((await watch.next('ended')).end.by).toBe('remote');
    await caller.next(200);
    expect(rig.signalling.remaining).toBe(0);
  });

  test('digits and a BYE in one chunk come in their order', async () => {
    const rig = await open();
    const { phone, dialog, watch } = await rig.answeredCall('101');
    await rig.roundTrip();
    rig.relay.hold();
    dialog.send('INFO', { 'Content-Type': 'application/dtmf-relay' }, 's=5\r\nd=100\r\n');
    dialog.send('INFO', { 'Content-Type': 'application/dtmf-relay' }, 'Signal=11\r\nDuration=160\r\n');
    dialog.send('INFO', { 'Content-Type': 'application/dtmf' }, '*');
    await rig.relay.untilHeld(/^INFO [\s\S]*^INFO [\s\S]*^INFO /m);
    dialog.send('BYE');
    await rig.relay.untilHeld(/^BYE /m);
    rig.relay.release();
    await watch.next('digit');
    await phone.next(200);
    expect(watch.notes.map(note => (note.kind === 'digit' ? note.digit : note.kind))).toEqual(['5', '#', '*', 'ended']);
  });

  test('an INVITE without an offer: ours goes with the 200, the answer comes with the ACK', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2', {}, '');
    const { call, watch } = await rig.exchange.nextCall();
    expect(call.offer).toBeUndefined();
    const answered = call.leg.answer(ourSdp());
    const ok = await caller.next(200);
    expect(ok.body).toBe(ourSdp());
    const dialog = PhoneDialog.ofCaller(caller, invite, ok);
    dialog.ack(theirSdp());
    expect(await answered).toBe(theirSdp());
    dialog.send('BYE');
    await watch.next('ended');
  });

  test('an ACK without the answer that it owes fails the answer', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2', {}, '');
    const { call, watch } = await rig.exchange.nextCall();
    const answered = call.leg.answer(ourSdp());
    const ok = await caller.next(200);
    PhoneDialog.ofCaller(caller, invite, ok).ack();
    await expect(answered).rejects.toMatchObject({ code: 'INVALID_SDP' });
    call.leg.hangUp();
    caller.respond(await caller.next('BYE'), 200);
    await watch.next('ended');
  });

  test('a refusal says why, and when to come back', async () => {
    const rig = await open({ trunk: 'carrier' });
    rig.exchange.onArrival = ({ call }) =>
      call.leg.hangUp({ status: 503, text: 'Full House', retryAfter: 7, cause: 42 });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const refused = await caller.next(503);
    caller.ackFailure(invite, refused);
    expect(refused.startLine).toBe('SIP/2.0 503 Full House');
    expect(fieldOf(refused, 'Retry-After')).toBe('7');
    expect(fieldOf(refused, 'Reason')).toBe('Q.850;cause=42');
    const { watch } = await rig.exchange.nextCall();
    expect((await watch.next('ended')).end).toEqual({ by: 'local', status: 503, text: 'Full House' });
  });

  test('an exchange that fails at a call costs that call alone', async () => {
    const rig = await open({ trunk: 'carrier' });
    rig.exchange.onArrival = () => {
      throw new Error('the exchange is ill');
    };
    const caller = await rig.phone('+361');
    const invite = caller.invite('1');
    caller.ackFailure(invite, await caller.next(500));
    rig.exchange.onArrival = () => {};
    caller.invite('2');
    const { call } = await rig.exchange.nextCall();
    const second = await rig.exchange.nextCall();
    expect([call.dialled, second.call.dialled]).toEqual(['1', '2']);
    expect(rig.signalling.remaining).toBe(1);
    second.call.leg.hangUp();
  });

  test('session timers: the caller refreshes where it can, and keeps the interval that it asked for', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    for (const [fields, expected] of [
      [{ Supported: 'timer', 'Session-Expires': '600;refresher=uac' }, '600;refresher=uac'],
      [{ Supported: 'timer', 'Session-Expires': '600;refresher=uas' }, '600;refresher=uas'],
      [{ Supported: 'timer' }, '1800;refresher=uac'],
      [{ Supported: 'timer', 'Min-SE': '3600' }, '3600;refresher=uac'],
      [{ Supported: 'timer', 'Session-Expires': '600', 'Min-SE': '1200' }, '1200;refresher=uac'],
      [{}, ''],
    ] as const) {
      const invite = caller.invite('2', fields);
      const { call, watch } = await rig.exchange.nextCall();
      await call.leg.answer(ourSdp());
      const ok = await caller.next(200);
      expect(fieldsOf(ok, 'Session-Expires').map(value => value.replace(/\s/g, ''))).toEqual(
        expected === '' ? [] : [expected],
      );
      if (expected.endsWith('uac')) expect(fieldsOf(ok, 'Require')).toEqual(['timer']);
      const dialog = PhoneDialog.ofCaller(caller, invite, ok);
      dialog.ack();
      dialog.send('BYE');
      await watch.next('ended');
      await caller.next(200);
    }
  });

  test('a caller who insists on it gets a reliable 180', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2', { Require: '100rel', Supported: '100rel' });
    const { call, watch } = await rig.exchange.nextCall();
    call.leg.ring();
    const ringing = await caller.next(180);
    expect(fieldOf(ringing, 'Require')).toContain('100rel');
    const early = PhoneDialog.ofCaller(caller, invite, ringing);
    early.send('PRACK', { RAck: `${fieldOf(ringing, 'RSeq')} ${fieldOf(invite, 'CSeq')}` });
    await caller.next(message => statusOf(message) === 200 && methodOf(message) === 'PRACK');
    await call.leg.answer(ourSdp());
    const ok = await caller.next(message => statusOf(message) === 200 && methodOf(message) === 'INVITE');
    expect(tagOf(fieldOf(ok, 'To'))).toBe(early.theirTag);
    early.ack('', 1);
    early.send('BYE');
    await watch.next('ended');
    await caller.next(200);
  });

  test('an UPDATE before the answer: a refresh is taken, an offer has to wait', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const { call, watch } = await rig.exchange.nextCall();
    call.leg.ring();
    const early = PhoneDialog.ofCaller(caller, invite, await caller.next(180));
    early.send('UPDATE');
    await caller.next(message => statusOf(message) === 200 && methodOf(message) === 'UPDATE');
    early.send('UPDATE', {}, theirSdp(2));
    const waiting = await caller.next(message => statusOf(message) >= 400 && methodOf(message) === 'UPDATE');
    expect([491, 500]).toContain(statusOf(waiting));
    call.leg.hangUp();
    caller.ackFailure(invite, await caller.next(480));
    await watch.next('ended');
    expect(watch.kinds).toEqual(['ended']);
  });

  test('who takes over a call by Replaces has to be an extension, and has to name one of our legs', async () => {
    const rig = await open();
    const first = await rig.answeredCall('101', '10');
    const second = await rig.phone('102');
    const replaces = `${fieldOf(first.invite, 'Call-ID')};to-tag=${first.dialog.theirTag};from-tag=${first.dialog.ourTag}`;
    const refusals: number[] = [];
    for (const value of [`${replaces}x`, `${replaces};early-only`]) {
      const invite = await second.inviteAs(userOf('102'), '10', { Replaces: value });
      const refused = await second.next(message => statusOf(message) > 401);
      second.ackFailure(invite, refused);
      refusals.push(statusOf(refused));
    }
    expect(refusals).toEqual([481, 486]);
    await second.inviteAs(userOf('102'), '10', { Replaces: replaces, Require: 'replaces' });
    const { call } = await rig.exchange.nextCall();
    expect(call.replaces).toBe(first.call.leg);
    call.leg.hangUp();
    await second.next(480);
    first.call.leg.hangUp();
    first.phone.respond(await first.phone.next('BYE'), 200);
  });

  test('an early dialog can be taken over where we call, not where we are called', async () => {
    const rig = await open();
    const ringing = await rig.registered('101');
    const { leg, watch } = rig.dial('101');
    const shown = await ringing.next('INVITE');
    ringing.respond(shown, 180, {}, '', 'early');
    await watch.next('ringing');
    const caller = await rig.phone('103');
    const invite = await caller.inviteAs(userOf('103'), '10');
    const waiting = await rig.exchange.nextCall();
    waiting.call.leg.ring();
    const progress = await caller.next(180);

    const other = await rig.phone('102');
    const ours = `${fieldOf(shown, 'Call-ID')};to-tag=${tagOf(fieldOf(shown, 'From'))};from-tag=early`;
    await other.inviteAs(userOf('102'), '10', { Replaces: `${ours};early-only` });
    const { call } = await rig.exchange.nextCall();
    expect(call.replaces).toBe(leg);
    call.leg.hangUp();
    await other.next(480);
    const theirs = `${fieldOf(invite, 'Call-ID')};to-tag=${tagOf(fieldOf(progress, 'To'))};from-tag=${tagOf(fieldOf(invite, 'From'))}`;
    const refusedInvite = await other.inviteAs(userOf('102'), '10', { Replaces: theirs });
    other.ackFailure(refusedInvite, await other.next(481));
    leg.cancel();
    waiting.call.leg.hangUp();
    await ringing.next('CANCEL');
    ringing.respond(shown, 487, {}, '', 'early');
  });

  test('a name for the caller before the answer goes with the answer', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2', {}, offer());
    const { call, watch } = await rig.exchange.nextCall();
    call.leg.identify({ number: '101', display: 'Sales' });
    await call.leg.answer(ourSdp());
    const ok = await caller.next(200);
    expect(fieldOf(ok, 'P-Asserted-Identity')).toMatch(/^"?Sales"? <sip:101@/);
    const dialog = PhoneDialog.ofCaller(caller, invite, ok);
    dialog.ack();
    dialog.send('BYE');
    await watch.next('ended');
  });
};
