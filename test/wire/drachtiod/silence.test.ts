/** What is lost, late or never comes (TESTING.md, races 1 to 5, 9 and 11), in virtual time. */
import { describe, expect, test } from 'vitest';
import { type AppDialog, type AppRequest, type AppResponse, once } from '../../support/drachtio/application.ts';
import { field, header, sdp } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { virtualStage } from '../../support/drachtio/virtualStage.ts';

describe('silence', () => {
  const stage = virtualStage();

  const reasonOf = (dialog: AppDialog): Promise<unknown> =>
    new Promise(resolve => dialog.once('destroy', (_request, reason) => resolve(reason)));

  const answering = async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    srf.invite(async (req, res) => {
      dialogs.push(await srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    await settled();
    return { peer, dialogs, srf };
  };

  const collecting = async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const calls = new Queue<{ req: AppRequest; res: AppResponse }>();
    app.srf.invite((req, res) => calls.push({ req, res }));
    await app.settled();
    return { peer, calls, app };
  };

  test('no ACK: the 200 is repeated for 64·T1, then the call is ended, and the application hears why', async () => {
    const { peer, dialogs } = await answering();
    const call = peer.invite(stage.at);
    const dialog = await stage.soon(dialogs.next());
    const reason = reasonOf(dialog);
    await stage.soon(call.accepted());
    const before = stage.clock.now();
    const bye = await stage.soon(peer.next('BYE'));
    expect(Math.round((stage.clock.now() - before) / 1000)).toBe(32);
    expect(header(bye.request, 'Reason')).toBe('SIP ;cause=200 ;text="ACK timeout"');
    bye.respond(200);
    expect(await stage.soon(reason)).toBe('ACK timeout');
    // T1, doubled up to T2: at 0, 0.5, 1.5, 3.5, 7.5, 11.5 … 31.5 s.
    expect(stage.world.network.sent(/^SIP\/2.0 200 OK \(1 INVITE\)/)).toHaveLength(11);
  });

  test('an ACK that is lost: the 200 comes again, and the application hears of one ACK', async () => {
    const { peer, dialogs } = await answering();
    stage.world.network.add({ match: /^ACK/, nth: 1, then: 'drop' });
    const call = peer.invite(stage.at);
    const dialog = await stage.soon(dialogs.next());
    let acks = 0;
    dialog.on('ack', () => {
      acks += 1;
    });
    await stage.soon(call.answered());
    await stage.soon(call.invite.next(200));
    call.ack();
    call.ack();
    await stage.pass(40_000);
    expect(acks).toBe(1);
    const gone = once(dialog, 'destroy');
    await stage.soon(call.bye());
    await stage.soon(gone);
  });

  test('the application hangs up before the ACK: its BYE waits for it (RFC 3261, §15)', async () => {
    const { peer, dialogs } = await answering();
    const call = peer.invite(stage.at);
    const dialog = await stage.soon(dialogs.next());
    await stage.soon(call.accepted());
    const destroyed = dialog.destroy();
    await stage.pass(2_000);
    expect(peer.requests.left).toEqual([]);
    call.ack();
    (await stage.soon(peer.next('BYE'))).respond(200);
    await stage.soon(destroyed);
  });

  test('the application hangs up, and the ACK never comes: its BYE goes out after 64·T1, alone', async () => {
    const { peer, dialogs } = await answering();
    const call = peer.invite(stage.at);
    const dialog = await stage.soon(dialogs.next());
    await stage.soon(call.accepted());
    const destroyed = dialog.destroy();
    const bye = await stage.soon(peer.next('BYE'));
    expect(header(bye.request, 'Reason')).toBeUndefined();
    bye.respond(200);
    await stage.soon(destroyed);
    await stage.pass(60_000);
    expect(peer.requests.left).toEqual([]);
  });

  test('no PRACK: the INVITE is refused after 64·T1', async () => {
    const { peer, calls } = await collecting();
    const call = peer.invite(stage.at, { extra: [field('Supported', '100rel')] });
    const { res } = await stage.soon(calls.next());
    const outcome = new Promise<unknown>(resolve => {
      res.send(183, { body: sdp('early'), headers: { Require: '100rel' } }, () => {
        res.send(200, { body: sdp('app') }, error => resolve(error));
      });
    });
    const refused = await stage.soon(call.invite.final());
    expect(refused.status).toBe(504);
    expect(await stage.soon(outcome)).toMatch(/unknown transaction/);
  });

  test('an application that says nothing: a request other than INVITE is answered for it', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const requests = new Queue<AppRequest>();
    app.srf.options(req => requests.push(req));
    await app.settled();
    const asked = peer.ask('OPTIONS', stage.at);
    await stage.soon(requests.next());
    expect(stage.server.stats().incoming).toBe(1);
    await stage.pass(33_000);
    expect(asked.failures.left).toHaveLength(1);
    expect(stage.server.stats().incoming).toBe(0);
  });

  test('a call that rings for long: the 180 is repeated every minute (RFC 3261, §13.3.1.1)', async () => {
    const { peer, calls } = await collecting();
    const call = peer.invite(stage.at);
    const { res } = await stage.soon(calls.next());
    res.send(180);
    await stage.soon(call.early(180));
    await stage.pass(181_000);
    expect(call.invite.responses.left.filter(({ status }) => status === 180)).toHaveLength(3);
    res.send(480);
    expect((await stage.soon(call.invite.final())).status).toBe(480);
  });

  test('an INVITE is repeated while the application is slow: it hears of it once', async () => {
    const { peer, calls } = await collecting();
    stage.world.network.add({ match: /^SIP\/2.0 100/, then: 'drop' });
    const call = peer.invite(stage.at);
    const { res } = await stage.soon(calls.next());
    await stage.pass(8_000);
    expect(stage.world.network.sent(/^INVITE/).length).toBeGreaterThan(3);
    expect(calls.left).toEqual([]);
    res.send(486);
    expect((await stage.soon(call.invite.final())).status).toBe(486);
  });

  test('a 100 of the application to a caller who has proven nothing is kept back, and is no failure of the application', async () => {
    const { peer, calls } = await collecting();
    const call = peer.invite(stage.at);
    const { res } = await stage.soon(calls.next());
    const told = new Promise<unknown>(resolve => res.send(100, {}, (error: unknown) => resolve(error ?? 'sent')));
    expect(await stage.soon(told)).toBe('sent');
    expect(stage.world.network.sent(/^SIP\/2.0 100/)).toHaveLength(0);
    res.send(486);
    expect((await stage.soon(call.invite.final())).status).toBe(486);
  });

  test('nobody answers our INVITE: 408 after 64·T1', async () => {
    const { srf } = await stage.app();
    const dialing = srf.createUAC('sip:nobody@10.0.0.99', { localSdp: sdp('app') }).catch(error => error);
    const before = stage.clock.now();
    expect((await stage.soon(dialing)).status).toBe(408);
    expect(Math.round((stage.clock.now() - before) / 1000)).toBe(32);
  });

  test('nobody answers our CANCEL: the call is over 64·T1 later', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const requests = new Queue<AppRequest>();
    const dialing = srf
      .createUAC(
        peer.uri,
        { localSdp: sdp('app') },
        { cbRequest: (_error: unknown, req: AppRequest) => requests.push(req) },
      )
      .catch(error => error);
    (await stage.soon(peer.next('INVITE'))).respond(180);
    const request = await stage.soon(requests.next());
    await stage.pass(100);
    request.cancel();
    expect((await stage.soon(dialing)).status).toBe(408);
  });

  test('nobody answers our BYE: the dialog is gone even so', async () => {
    const { peer, dialogs } = await answering();
    const call = peer.invite(stage.at);
    const dialog = await stage.soon(dialogs.next());
    const acknowledged = once(dialog, 'ack');
    await stage.soon(call.answered());
    await stage.soon(acknowledged);
    await peer.close();
    await stage.soon(dialog.destroy());
    expect(dialog.connected).toBe(false);
  });

  test('the callee hangs up before its 200 has come (it was lost)', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, { localSdp: sdp('app') });
    const call = await stage.soon(peer.next('INVITE'));
    call.respond(180);
    await stage.pass(100);
    stage.world.network.add({ match: /^SIP\/2.0 200 OK \(1 INVITE\)/, nth: 1, then: 'drop' });
    const ok = call.respond(200, { body: sdp('callee') });
    expect((await stage.soon(call.bye())).status).toBe(200);
    call.transaction.respond(ok);
    const dialog = await stage.soon(dialing);
    const reason = reasonOf(dialog);
    await stage.soon(peer.acks.next());
    (await stage.soon(peer.next('BYE'))).respond(481);
    await stage.soon(reason);
    expect(dialog.connected).toBe(false);
  });

  test('a subscription that nobody renews is forgotten, and so is one whose NOTIFY nobody knows', async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    srf.subscribe(async (req, res) => {
      dialogs.push(await srf.createUAS(req, res, { headers: { Expires: '60' } }));
    });
    await settled();
    const subscribe = async (): Promise<AppDialog> => {
      const asked = peer.ask('SUBSCRIBE', stage.at, { extra: [field('Event', 'presence')] });
      const dialog = await stage.soon(dialogs.next());
      await stage.soon(asked.final());
      return dialog;
    };
    await subscribe();
    expect(stage.server.stats().dialogs).toBe(1);
    await stage.pass(91_000);
    expect(stage.server.stats().dialogs).toBe(1);
    await stage.pass(2_000);
    expect(stage.server.stats().dialogs).toBe(0);
    const dialog = await subscribe();
    const telling = dialog.request({
      method: 'NOTIFY',
      headers: { Event: 'presence', 'Subscription-State': 'active' },
    });
    (await stage.soon(peer.next('NOTIFY'))).respond(481);
    expect((await stage.soon(telling)).status).toBe(481);
    expect(stage.server.stats().dialogs).toBe(0);
  });
});
