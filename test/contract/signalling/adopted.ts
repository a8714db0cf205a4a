import { expect, test } from 'vitest';
import type { Leg, LegSnapshot } from '../../../src/signalling/port.ts';
import type { OpenRig, Rig } from '../../support/signalling/rig.ts';
import { ourSdp, theirSdp } from '../../support/signalling/rig.ts';
import { LegWatch } from '../../support/signalling/scriptedExchange.ts';
import { fieldOf } from '../../support/signalling/sipText.ts';

/** The process that had the call is killed: nothing but its snapshot is left to the next. */
async function survive(open: OpenRig, dead: Rig, leg: Leg) {
  const written = JSON.stringify(leg.snapshot());
  dead.relay.cut();
  await dead.signalling.close();
  const rig = await open();
  const watch = new LegWatch();
  const snapshot: LegSnapshot = JSON.parse(written);
  return { rig, watch, leg: watch.within(() => rig.signalling.adopt(snapshot, watch)) };
}

/** Dialogs that outlive the process in which they were made. */
export const adopted = (open: OpenRig): void => {
  test('a leg without a dialog has nothing that could outlive the process', async () => {
    const rig = await open();
    const phone = await rig.registered('102');
    const { leg, watch } = rig.dial('102');
    const invite = await phone.next('INVITE');
    expect(leg.snapshot()).toBeUndefined();
    phone.respond(invite, 180);
    await watch.next('ringing');
    leg.cancel();
    phone.respond(await phone.next('CANCEL'), 200);
    phone.respond(invite, 487);
    await phone.next('ACK');
    await watch.next('failed');
    expect(leg.snapshot()).toBeUndefined();
  });

  test('a caller of a dead process is taken to another endpoint, and hung up on', async () => {
    const first = await open();
    const call = await first.answeredCall('101');
    const { leg, watch } = await survive(open, first, call.call.leg);
    const answer = leg.reinvite(ourSdp(2));
    const reinvite = await call.phone.next('INVITE');
    expect(reinvite.body).toBe(ourSdp(2));
    call.phone.respond(reinvite, 200, {}, theirSdp(2));
    expect(await answer).toBe(theirSdp(2));
    await call.phone.next('ACK');
    leg.hangUp({ status: 503, text: 'restarted' });
    const bye = await call.phone.next('BYE');
    expect(fieldOf(bye, 'Reason')).toContain('503');
    call.phone.respond(bye, 200);
    await watch.next('ended');
  });

  test('so is an extension that was called', async () => {
    const first = await open();
    const { phone, leg: dialed } = await first.answeredDial('102');
    const { leg, watch } = await survive(open, first, dialed);
    const answer = leg.reinvite(ourSdp(2));
    const reinvite = await phone.next('INVITE');
    phone.respond(reinvite, 200, {}, theirSdp(2));
    expect(await answer).toBe(theirSdp(2));
    await phone.next('ACK');
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
  });

  test('a phone that refreshes the session does so no longer: nobody would hear of it', async () => {
    const first = await open();
    const fields = { Require: 'timer', 'Session-Expires': '1800;refresher=uas' };
    const { phone, leg: dialed } = await first.answeredDial('102', fields);
    expect(dialed.snapshot()?.timer).toEqual({ seconds: 1800, refresher: 'them' });
    const { leg, watch } = await survive(open, first, dialed);
    const answer = leg.reinvite(ourSdp(2));
    const reinvite = await phone.next('INVITE');
    expect(fieldOf(reinvite, 'Session-Expires')?.replace(/\s/g, '')).toBe('1800;refresher=uac');
    phone.respond(reinvite, 200, { Require: 'timer', 'Session-Expires': '1800;refresher=uac' }, theirSdp(2));
    await answer;
    await phone.next('ACK');
    expect(leg.snapshot()?.timer).toEqual({ seconds: 1800, refresher: 'us' });
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
  });

  test('a phone that has hung up while nobody was there is found out', async () => {
    const first = await open();
    const call = await first.answeredCall('101');
    const written = JSON.stringify(call.call.leg.snapshot());
    first.relay.cut();
    await first.signalling.close();
    call.dialog.send('BYE');
    const rig = await open();
    const watch = new LegWatch();
    watch.within(() => rig.signalling.adopt(JSON.parse(written), watch));
    // drachtio-server has taken the BYE for the end; another server may leave it to the phone to say so.
    const ended = watch.next('ended');
    const asked = call.phone.next('OPTIONS').then(
      options => call.phone.respond(options, 481),
      () => undefined,
    );
    await Promise.race([ended, asked]);
    expect((await ended).end.by).toBe('network');
  });

  test('a phone that is there says so, and goes on', async () => {
    const first = await open();
    const call = await first.answeredCall('101');
    const { leg, watch } = await survive(open, first, call.call.leg);
    call.phone.respond(await call.phone.next('OPTIONS'), 200);
    call.phone.respond(await call.phone.next('OPTIONS'), 200);
    expect(watch.kinds).toEqual([]);
    leg.hangUp();
    call.phone.respond(await call.phone.next('BYE'), 200);
    await watch.next('ended');
  });

  test('a dialog that the server does not know is over', async () => {
    const first = await open();
    const call = await first.answeredCall('101');
    const snapshot = call.call.leg.snapshot();
    if (snapshot === undefined) throw new Error('the leg is answered');
    call.dialog.send('BYE');
    await call.watch.next('ended');
    const watch = new LegWatch();
    const leg = watch.within(() => first.signalling.adopt({ ...snapshot, dialogId: 'nobody-knows-it' }, watch));
    await expect(leg.reinvite(ourSdp(2))).rejects.toMatchObject({ code: 'REQUEST_FAILED' });
    expect((await watch.next('ended')).end.by).toBe('network');
  });
};
