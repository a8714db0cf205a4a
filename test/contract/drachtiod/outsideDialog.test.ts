/** Requests that start no dialog: OPTIONS, MESSAGE, REGISTER, PUBLISH, REFER, both ways; and subscriptions, which do. */
import { expect, test } from 'vitest';
import { type AppDialog, type AppRequest, finalOf, once } from '../../support/drachtio/application.ts';
import { field, header, headers, toTag } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract, eventually } from '../../support/drachtio/stage.ts';

const methods = ['OPTIONS', 'MESSAGE', 'REGISTER', 'PUBLISH', 'INFO', 'NOTIFY'] as const;
type Route = 'options' | 'message' | 'register' | 'publish' | 'info' | 'notify';

contract('outside of a dialog', stage => {
  test.each(methods)('%s of the network', async method => {
    const app = await stage.app();
    const { srf } = app;
    const peer = await stage.peer();
    srf[method.toLowerCase() as Route]((req, res) => {
      expect(req.stackDialogId).toBeFalsy();
      res.send(200, { headers: { 'X-Method': req.method, Contact: '<sip:1@127.0.0.1>;expires=60' } });
    });
    await app.settled();
    const answer = await peer.ask(method, stage.server.udp, { extra: [field('Event', 'presence')] }).final();
    expect([answer.status, header(answer, 'X-Method')]).toEqual([200, method]);
    expect(toTag(answer)).toBeDefined();
  });

  test.each(methods)('%s of the application', async method => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const req = await srf.request(peer.uri, {
      method,
      headers: { Subject: 'test', 'User-Agent': 'kozpont', Contact: '<sip:1@localhost>' },
      body: 'v=0\r\n',
    });
    expect([req.method, req.source]).toEqual([method, 'application']);
    const final = finalOf(req);
    const asked = await peer.next(method);
    expect(header(asked.request, 'Content-Type')).toBe('application/sdp');
    expect(header(asked.request, 'Contact')).toContain(String(stage.server.udp.port));
    asked.respond(202, { headers: [field('X-Answer', '1')] });
    const answer = await final;
    expect([answer.status, answer.get('X-Answer')]).toEqual([202, '1']);
    await eventually(() => srf.idle);
  });

  test('a REGISTER: what makes no sense is refused at once, what does goes to the application', async () => {
    const app = await stage.app();
    const { srf } = app;
    const peer = await stage.peer();
    const seen: string[] = [];
    srf.register((req, res) => {
      seen.push(req.get('Contact'));
      res.send(200, { headers: { Contact: `${req.get('Contact')};expires=300` } });
    });
    const compose = (contact: string, expires: string) => {
      const request = peer.compose('REGISTER', stage.server.udp, { extra: [field('Expires', expires)] });
      return {
        ...request,
        headers: request.headers.map(entry => (entry.name === 'Contact' ? field('Contact', contact) : entry)),
      };
    };
    await app.settled();
    expect((await peer.send(compose('*', '60')).final()).status).toBe(400);
    const answer = await peer.send(compose('<sip:ann@127.0.0.1>', '60')).final();
    expect(header(answer, 'Contact')).toBe('<sip:ann@127.0.0.1>;expires=300');
    expect((await peer.send(compose('*', '0')).final()).status).toBe(200);
    expect(seen).toEqual(['<sip:ann@127.0.0.1>', '*']);
  });

  test('a challenge: several header fields of one name stay several', async () => {
    const app = await stage.app();
    const { srf } = app;
    const peer = await stage.peer();
    srf.register((_req, res) => {
      res.send(401, {
        headers: {
          'WWW-Authenticate':
            'Digest realm="a", nonce="1", algorithm=SHA-256\r\nWWW-Authenticate: Digest realm="a", nonce="1", algorithm=MD5',
        },
      });
    });
    await app.settled();
    const answer = await peer.ask('REGISTER', stage.server.udp).final();
    expect(headers(answer, 'WWW-Authenticate')).toHaveLength(2);
  });

  test('a subscription at the application: NOTIFYs until it ends', async () => {
    const app = await stage.app();
    const { srf } = app;
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    srf.subscribe(async (req, res) => {
      const options = { headers: { Expires: '60' } };
      dialogs.push(await srf.createUAS(req, res, options));
    });
    await app.settled();
    const ok = await peer.ask('SUBSCRIBE', stage.server.udp, { extra: [field('Event', 'presence')] }).final();
    expect([ok.status, header(ok, 'Expires')]).toEqual([202, '60']);
    expect(header(ok, 'Contact')).toContain(String(stage.server.udp.port));
    const dialog = await dialogs.next();
    for (const state of ['active', 'terminated']) {
      const telling = dialog.request({
        method: 'NOTIFY',
        headers: { Event: 'presence', 'Subscription-State': state },
      });
      const notify = await peer.next('NOTIFY');
      expect(header(notify.request, 'Subscription-State')).toBe(state);
      expect(toTag(notify.request)).toBe(dialog.sip.remoteTag);
      notify.respond(200);
      expect((await telling).status).toBe(200);
    }
    expect(dialog.connected).toBe(false);
  });

  stage.departure('a subscription of the application: a NOTIFY that overtakes the 202 waits for it', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const subscribing = srf.createUAC(peer.uri, {
      method: 'SUBSCRIBE',
      // drachtio-srf finds the subscription that a NOTIFY ends only where both sides have one address.
      headers: { Event: 'presence', Expires: '60', From: '<sip:peer@example.com>', To: '<sip:peer@example.com>' },
    });
    const subscribe = await peer.next('SUBSCRIBE');
    expect(header(subscribe.request, 'Contact')).toBeDefined();
    const accepted = subscribe.prepare(202, { headers: [field('Expires', '60')] });
    const overtaking = subscribe.within('NOTIFY', {
      headers: [field('Event', 'presence'), field('Subscription-State', 'active')],
    });
    await eventually(() => peer.stack.counts.sent >= 1);
    subscribe.transaction.respond(accepted);
    expect((await overtaking.final()).status).toBe(200);
    const dialog = await subscribing;
    const gone = once(dialog, 'destroy');
    const last = subscribe.within('NOTIFY', {
      headers: [field('Event', 'presence'), field('Subscription-State', 'terminated;reason=timeout')],
    });
    expect((await last.final()).status).toBe(200);
    await gone;
  });

  test('a subscription of the application: NOTIFYs until it ends', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const subscribing = srf.createUAC(peer.uri, {
      method: 'SUBSCRIBE',
      headers: { Event: 'presence', Expires: '60', From: '<sip:peer@example.com>', To: '<sip:peer@example.com>' },
    });
    const subscribe = await peer.next('SUBSCRIBE');
    subscribe.respond(202, { headers: [field('Expires', '60')] });
    const dialog = await subscribing;
    const notified = new Queue<AppRequest>();
    dialog.on('notify', (req: AppRequest, res: { send(status: number): void }) => {
      notified.push(req);
      res.send(200);
    });
    const telling = subscribe.within('NOTIFY', {
      headers: [field('Event', 'presence'), field('Subscription-State', 'active')],
    });
    expect((await telling.final()).status).toBe(200);
    expect((await notified.next()).get('Subscription-State')).toBe('active');
    const gone = once(dialog, 'destroy');
    const last = subscribe.within('NOTIFY', {
      headers: [field('Event', 'presence'), field('Subscription-State', 'terminated;reason=timeout')],
    });
    // drachtio-server forgets the dialog, and what waits in it for an answer, before the application has given one.
    expect((await last.final()).status).toBe(stage.kind === 'drachtiod' ? 200 : 500);
    await gone;
  });

  test('a subscription that is refused leaves nothing', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const subscribing = srf.createUAC(peer.uri, { method: 'SUBSCRIBE', headers: { Event: 'nothing' } });
    (await peer.next('SUBSCRIBE')).respond(489);
    await expect(subscribing).rejects.toMatchObject({ status: 489 });
  });
});
