/** Requests within a call, from both sides: INFO, MESSAGE, REFER and its NOTIFY, OPTIONS, UPDATE. */
import { expect, test } from 'vitest';
import { type AppDialog, type AppRequest, type AppResponse, once } from '../../support/drachtio/application.ts';
import { field, header, type Peer, type PeerCall, sdp, sequenceOf, toTag } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract } from '../../support/drachtio/stage.ts';

contract('within a call', stage => {
  const called = async (): Promise<{ peer: Peer; call: PeerCall; dialog: AppDialog; end(): Promise<void> }> => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    srf.invite(async (req, res) => {
      dialogs.push(await srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    await settled();
    const call = peer.invite(stage.server.udp);
    const dialog = await dialogs.next();
    const acknowledged = once(dialog, 'ack');
    await call.answered();
    await acknowledged;
    const end = async (): Promise<void> => {
      const gone = once(dialog, 'destroy');
      await call.bye();
      await gone;
    };
    return { peer, call, dialog, end };
  };

  test.each(['INFO', 'MESSAGE', 'OPTIONS', 'REFER', 'NOTIFY', 'PUBLISH'])('%s of the far end', async method => {
    const { call, dialog, end } = await called();
    dialog.on(method.toLowerCase(), (req: AppRequest, res: AppResponse) => {
      expect(req.body).toBe('hello');
      expect(req.stackDialogId).toBe(dialog.id);
      res.send(202, { headers: { 'X-Seen': req.get('X-Given') } });
    });
    const asked = call.request(method, {
      headers: [
        field('X-Given', '1'),
        field('Refer-To', '<sip:x@y>'),
        field('Event', 'refer'),
        field('Contact', '<sip:z@127.0.0.1>'),
      ],
      body: 'hello',
      contentType: 'text/plain',
    });
    const answer = await asked.final();
    expect([answer.status, header(answer, 'X-Seen')]).toEqual([202, '1']);
    expect(toTag(answer)).toBe(dialog.sip.localTag);
    await end();
  });

  test.each(['INFO', 'MESSAGE', 'OPTIONS', 'REFER', 'NOTIFY', 'UPDATE'])('%s of the application', async method => {
    const { peer, dialog, end } = await called();
    const asking = dialog.request({
      method,
      headers: { 'Content-Type': 'text/plain', 'X-Given': '1', 'Refer-To': '<sip:x@y>' },
      body: 'hello',
    });
    const asked = await peer.next(method);
    expect(asked.request.body.toString()).toBe('hello');
    expect(header(asked.request, 'X-Given')).toBe('1');
    expect(header(asked.request, 'CSeq')).toBe(`${sequenceOf(asked.request)} ${method}`);
    expect(header(asked.request, 'Max-Forwards')).toBe('70');
    // drachtio-server gives it to REFER alone.
    const withContact = stage.kind === 'drachtiod' ? ['REFER', 'NOTIFY', 'UPDATE'] : ['REFER'];
    expect(header(asked.request, 'Contact') !== undefined).toBe(withContact.includes(method));
    asked.respond(200, { body: sdp('answer') });
    const answer = await asking;
    expect([answer.status, answer.body]).toEqual([200, sdp('answer')]);
    await end();
  });

  test('a transfer: REFER, 202, and the NOTIFYs of its progress', async () => {
    const { call, dialog, end, peer } = await called();
    dialog.on('refer', (req: AppRequest, res: AppResponse) => {
      expect(req.get('Refer-To')).toBe('<sip:101@example.com>');
      res.send(202);
    });
    const refer = call.request('REFER', {
      headers: [field('Refer-To', '<sip:101@example.com>'), field('Contact', `<${peer.uri}>`)],
    });
    expect((await refer.final()).status).toBe(202);
    for (const [body, state] of [
      ['SIP/2.0 100 Trying', 'active;expires=60'],
      ['SIP/2.0 200 OK', 'terminated;reason=noresource'],
    ]) {
      const telling = dialog.request({
        method: 'NOTIFY',
        headers: { Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag' },
        body,
      });
      const notify = await peer.next('NOTIFY');
      expect([notify.request.body.toString(), header(notify.request, 'Subscription-State')]).toEqual([body, state]);
      notify.respond(200);
      expect((await telling).status).toBe(200);
    }
    // The end of the implicit subscription is not the end of the call.
    expect((await call.request('INFO').final()).status).toBe(200);
    await end();
  });

  test('a challenged BYE is sent again with credentials, and the call is over then', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, {
      localSdp: sdp('app'),
      auth: { username: 'ann', password: 'secret' },
    });
    const call = await peer.next('INVITE');
    call.respond(200, { body: sdp('callee') });
    await peer.acks.next();
    const dialog = await dialing;
    const destroyed = dialog.destroy();
    const challenged = await peer.next('BYE');
    challenged.respond(407, {
      headers: [field('Proxy-Authenticate', 'Digest realm="example", nonce="abc", algorithm=MD5')],
    });
    const bye = await peer.next('BYE');
    expect(header(bye.request, 'Proxy-Authorization')).toContain('username="ann"');
    expect(sequenceOf(bye.request)).toBe(sequenceOf(challenged.request) + 1);
    expect(toTag(bye.request)).toBe(call.tag);
    bye.respond(200);
    await destroyed;
  });

  test('BYE from both sides at once', async () => {
    const { peer, call, dialog } = await called();
    const destroyed = dialog.destroy();
    const theirs = await peer.next('BYE');
    const ours = call.bye();
    expect([200, 481]).toContain((await ours).status);
    theirs.respond(200);
    await destroyed;
  });

  test('BYE within the same turn as the 200 (the answer and the end are one chunk to the application)', async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    srf.invite((req, res) => {
      (srf as unknown as { createUAS(...args: unknown[]): void }).createUAS(
        req,
        res,
        { localSdp: sdp('app') },
        (_error: unknown, dialog: AppDialog) => {
          dialog.on('destroy', () => dialogs.push(dialog));
        },
      );
    });
    await settled();
    const call = peer.invite(stage.server.udp);
    await call.answered();
    expect((await call.bye()).status).toBe(200);
    expect((await dialogs.next()).connected).toBe(false);
  });

  stage.departure('a request of a dialog that there is not: 481, or an application that cares', async () => {
    const app = await stage.app();
    const { srf } = app;
    const peer = await stage.peer();
    for (const method of ['INVITE', 'BYE', 'UPDATE', 'INFO', 'REFER']) {
      const asked = peer.ask(method, stage.server.udp, {
        toTag: 'nobody',
        extra: [field('Refer-To', '<sip:x@y>')],
      });
      expect([method, (await asked.final()).status]).toEqual([method, 481]);
    }
    srf.notify((req, res) => {
      expect(req.get('Event')).toBe('refer');
      res.send(200);
    });
    await app.settled();
    const asked = peer.ask('NOTIFY', stage.server.udp, { toTag: 'nobody', extra: [field('Event', 'refer')] });
    expect((await asked.final()).status).toBe(200);
  });
});
