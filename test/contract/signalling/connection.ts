import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createSignalling } from '../../../src/signalling/signalling.ts';
import { PhoneDialog } from '../../support/signalling/phone.ts';
import { type OpenRig, ourSdp, theirSdp } from '../../support/signalling/rig.ts';
import { ScriptedExchange } from '../../support/signalling/scriptedExchange.ts';
import { fieldOf, statusOf } from '../../support/signalling/sipText.ts';

export const connection = (open: OpenRig): void => {
  test('OPTIONS is 200 while calls are taken, 503 while draining; so are new calls', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    caller.request('OPTIONS', `sip:${caller.target}`);
    const able = await caller.next(200);
    expect(fieldOf(able, 'Allow')).toContain('INVITE');
    expect(fieldOf(able, 'Accept')).toBe('application/sdp');
    rig.signalling.drain();
    caller.request('OPTIONS', `sip:${caller.target}`);
    expect(Number(fieldOf(await caller.next(503), 'Retry-After'))).toBeGreaterThan(0);
    const invite = caller.invite('2');
    const refused = await caller.next(503);
    caller.ackFailure(invite, refused);
    expect(Number(fieldOf(refused, 'Retry-After'))).toBeGreaterThan(0);
    expect(rig.exchange.arrivals).toHaveLength(0);
  });

  test('nothing is taken while no call could be carried, and everything again when it can', async () => {
    let ready = false;
    const rig = await open({ trunk: 'carrier', ready: () => ready });
    const caller = await rig.phone('+361');
    caller.request('OPTIONS', `sip:${caller.target}`);
    expect(Number(fieldOf(await caller.next(503), 'Retry-After'))).toBeGreaterThan(0);
    const invite = caller.invite('2');
    caller.ackFailure(invite, await caller.next(503));
    expect(rig.exchange.arrivals).toHaveLength(0);
    ready = true;
    caller.request('OPTIONS', `sip:${caller.target}`);
    await caller.next(200);
  });

  test('where the server listens is known', async () => {
    const rig = await open();
    const { host: address, port } = rig.server.udp;
    expect(rig.signalling.listening).toContainEqual({ transport: 'udp', address, port });
  });

  test('calls in progress go on while draining', async () => {
    const rig = await open();
    const { phone, dialog, watch } = await rig.answeredCall('101');
    rig.signalling.drain();
    watch.onOffered = async () => ourSdp(2);
    dialog.send('INVITE', {}, theirSdp(2));
    expect((await phone.next(200)).body).toBe(ourSdp(2));
    dialog.ack();
    await watch.next('offered');
    dialog.send('BYE');
    await watch.next('ended');
  });

  test.each([
    ['SUBSCRIBE', 489, { Event: 'message-summary' }],
    ['MESSAGE', 405, { 'Content-Type': 'text/plain' }],
    ['PUBLISH', 405, { Event: 'presence' }],
    ['NOTIFY', 481, { Event: 'refer', 'Subscription-State': 'active' }],
    ['INFO', 481, {}],
  ] as const)('%s outside of dialogs is %i', async (method, status, fields) => {
    const rig = await open();
    const phone = await rig.phone('101');
    phone.request(method, `sip:10@${phone.target}`, fields, method === 'MESSAGE' ? 'hello' : '');
    const refused = await phone.next(message => statusOf(message) >= 300);
    expect(statusOf(refused)).toBe(status);
    if (status === 405) expect(fieldOf(refused, 'Allow')).toContain('INVITE');
    if (status === 489) expect(fieldOf(refused, 'Allow-Events')).toBe('refer');
  });

  test('the connection is lost: every leg ends, what was awaited fails, and a new connection takes calls', async () => {
    const rig = await open();
    const phone = await rig.registered('102');
    const talking = await rig.answeredCall('101');
    const ringing = rig.dial('102');
    const shown = await phone.next('INVITE');
    phone.respond(shown, 180);
    await ringing.watch.next('ringing');
    const asking = await rig.phone('103');
    const asked = await asking.inviteAs({ user: '103', password: 'one-oh-three' }, '10');
    const waiting = await rig.exchange.nextCall();
    const reinvite = talking.call.leg.reinvite(ourSdp(2)).catch((error: { code: string }) => error.code);
    const reinvited = await talking.phone.next('INVITE');
    // It is on its way when the connection is cut.
    rig.relay.hold();
    const answer = waiting.call.leg.answer(ourSdp()).catch((error: { code: string }) => error.code);
    const ok = await asking.next(200);
    rig.relay.cut();
    rig.relay.release();
    expect((await talking.watch.next('ended')).end.by).toBe('network');
    expect((await waiting.watch.next('ended')).end.by).toBe('network');
    expect((await ringing.watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 503 });
    expect([await reinvite, await answer].map(String)).toEqual([
      expect.stringMatching(/CONNECTION_LOST|DISPOSED/),
      'DISPOSED',
    ]);
    expect(rig.signalling.remaining).toBe(0);
    // What is asked of the dead is harmless.
    talking.call.leg.hangUp();
    talking.call.leg.identify({ number: '1', display: undefined });
    ringing.leg.cancel();
    await expect(talking.call.leg.reinvite(ourSdp())).rejects.toMatchObject({ code: 'DISPOSED' });
    await rig.exchange.untilConnected(true);
    expect(rig.exchange.connections).toEqual([false, true]);
    // Who had been answered is told; a dialog that we never heard of is found out by the phone itself.
    talking.phone.respond(reinvited, 491, {}, '', '');
    const bye = await talking.phone.next('BYE');
    expect(fieldOf(bye, 'Reason')).toContain('connection was lost');
    talking.phone.respond(bye, 200);
    const lost = PhoneDialog.ofCaller(asking, asked, ok);
    lost.ack();
    lost.send('BYE');
    expect(statusOf(await asking.next(message => statusOf(message) > 401))).toBe(481);
    phone.respond(shown, 480);
    const again = await rig.answeredCall('101');
    again.dialog.send('BYE');
    await again.watch.next('ended');
  });

  test('whoever still waited or rang when the connection was lost is told when it is back', async () => {
    const rig = await open({ trunk: 'carrier' });
    const phone = await rig.registered('102');
    const ringing = rig.dial('102');
    const shown = await phone.next('INVITE');
    phone.respond(shown, 180);
    await ringing.watch.next('ringing');
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const waiting = await rig.exchange.nextCall();
    rig.relay.cut();
    await waiting.watch.next('ended');
    await ringing.watch.next('failed');
    caller.ackFailure(invite, await caller.next(message => statusOf(message) >= 300));
    await phone.next('CANCEL');
    phone.respond(shown, 487);
    await rig.exchange.untilConnected(true);
    expect(rig.signalling.remaining).toBe(0);
  });

  test('a dial while there is no connection is unreachable', async () => {
    const rig = await open();
    await rig.registered('101');
    rig.relay.refusing = true;
    rig.relay.cut();
    await rig.exchange.untilConnected(false);
    expect(rig.signalling.connected).toBe(false);
    const { watch } = rig.dial('101');
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 503 });
    rig.relay.refusing = false;
    await rig.exchange.untilConnected(true);
    // Registrations outlive the connection: the phones have not moved.
    expect(rig.signalling.reachable('101')).toBe(true);
    expect([rig.signalling.connected, rig.signalling.registrations]).toEqual([true, { extensions: 1, bindings: 1 }]);
  });

  test('a server that does not answer any more is given up', async () => {
    const rig = await open({ virtual: true });
    const { watch, phone } = await rig.answeredCall('101');
    await rig.pass(20_000);
    expect(rig.exchange.connections).toEqual([]);
    rig.relay.ignore();
    rig.virtual?.advance(10_000);
    expect((await watch.next('ended')).end.by).toBe('network');
    await rig.exchange.untilConnected(false);
    rig.relay.listen();
    // In real time: drachtio-srf connects again by itself, and our first ping goes through.
    await rig.exchange.untilConnected(true);
    phone.respond(await phone.next('BYE'), 200);
  });

  test('a wrong secret fails the start', async () => {
    const rig = await open();
    const { host, port } = rig.server;
    const failing = createSignalling(
      {
        clock: systemClock,
        log: silentLog,
        server: { host, port, secret: 'not-the-secret' },
        realm: 'kozpont.test',
        extensionExists: () => false,
        credentials: () => undefined,
        trunkOf: () => undefined,
        phoneOptions: () => ({ transferNotify: 'progress' }),
      },
      new ScriptedExchange(),
    );
    await expect(failing).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });

  test('close says goodbye to everybody', async () => {
    const rig = await open({ trunk: 'carrier' });
    const caller = await rig.phone('+361');
    const invite = caller.invite('2');
    const talking = await rig.exchange.nextCall();
    await talking.call.leg.answer(ourSdp());
    PhoneDialog.ofCaller(caller, invite, await caller.next(200)).ack();
    await rig.roundTrip();
    const waitingInvite = caller.invite('3');
    const waiting = await rig.exchange.nextCall();
    const phone = await rig.registered('101');
    const ringing = rig.dial('101');
    const shown = await phone.next('INVITE');
    phone.respond(shown, 180);
    await ringing.watch.next('ringing');
    const closed = rig.signalling.close();
    caller.respond(await caller.next('BYE'), 200);
    caller.ackFailure(waitingInvite, await caller.next(503));
    await phone.next('CANCEL');
    phone.respond(shown, 487);
    await closed;
    expect((await talking.watch.next('ended')).end.by).toBe('local');
    expect((await waiting.watch.next('ended')).end).toMatchObject({ by: 'local', status: 503 });
    expect((await ringing.watch.next('failed')).failure.reason).toBe('cancelled');
    expect(rig.signalling.remaining).toBe(0);
  });
};
