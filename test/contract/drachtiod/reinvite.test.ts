/** A session is changed while it lasts, from both sides (TESTING.md, race 5). */
import { expect, test } from 'vitest';
import { type AppDialog, type AppRequest, type AppResponse, once } from '../../support/drachtio/application.ts';
import {
  field,
  header,
  type Peer,
  type PeerAnswer,
  type PeerCall,
  sdp,
  sequenceOf,
} from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract } from '../../support/drachtio/stage.ts';

const offer = (name: string) => ({ body: sdp(name), contentType: 'application/sdp' });

contract('a session is changed', stage => {
  const called = async (): Promise<{ peer: Peer; call: PeerCall; dialog: AppDialog }> => {
    const app = await stage.app();
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    app.srf.invite(async (req, res) => {
      dialogs.push(await app.srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    await app.settled();
    const call = peer.invite(stage.server.udp);
    const dialog = await dialogs.next();
    const acknowledged = once(dialog, 'ack');
    await call.answered();
    await acknowledged;
    return { peer, call, dialog };
  };

  const calling = async (): Promise<{ peer: Peer; call: PeerAnswer; dialog: AppDialog }> => {
    const app = await stage.app();
    const peer = await stage.peer();
    const dialing = app.srf.createUAC(peer.uri, { localSdp: sdp('app') });
    const call = await peer.next('INVITE');
    call.respond(200, { body: sdp('callee') });
    await peer.acks.next();
    return { peer, call, dialog: await dialing };
  };

  const hangUp = async (dialog: AppDialog, bye: () => Promise<unknown>): Promise<void> => {
    const gone = once(dialog, 'destroy');
    await bye();
    await gone;
  };

  test('by the caller: the application gets to answer it, and has the ACK', async () => {
    const { peer, call, dialog } = await called();
    const modified = new Queue<{ req: AppRequest; res: AppResponse }>();
    dialog.on('modify', (req: AppRequest, res: AppResponse) => modified.push({ req, res }));
    const again = call.request('INVITE', { ...offer('changed'), headers: [field('Contact', `<${peer.uri}>`)] });
    const { req, res } = await modified.next();
    expect(req.body).toBe(sdp('changed'));
    expect(req.stackDialogId).toBe(dialog.id);
    res.send(200, { body: sdp('app2') });
    const ok = await again.final();
    expect(ok.body.toString()).toBe(sdp('app2'));
    expect(header(ok, 'Contact')).toContain(String(stage.server.udp.port));
    const acknowledged = once(dialog, 'ack');
    call.ack(undefined, again);
    await acknowledged;
    await hangUp(dialog, () => call.bye());
  });

  test('by the application, with modify', async () => {
    const { peer, call, dialog } = await calling();
    const modified = dialog.modify(sdp('app2'));
    const again = await peer.next('INVITE');
    expect(again.request.body.toString()).toBe(sdp('app2'));
    expect(sequenceOf(again.request)).toBe(sequenceOf(call.request) + 1);
    expect(header(again.request, 'Contact')).toContain(String(stage.server.udp.port));
    again.respond(200, { body: sdp('callee2') });
    expect(await modified).toBe(sdp('callee2'));
    const ack = await peer.acks.next();
    expect(sequenceOf(ack)).toBe(sequenceOf(again.request));
    await hangUp(dialog, () => call.bye());
  });

  test('by the application without an offer: its answer is in the ACK', async () => {
    const { peer, call, dialog } = await calling();
    const asked = new Promise<(options: object) => void>(resolve => {
      (dialog as unknown as { request(options: object, callback: (...args: unknown[]) => void): void }).request(
        { method: 'INVITE', noAck: true },
        (_error, _res, ack) => resolve(ack as (options: object) => void),
      );
    });
    const again = await peer.next('INVITE');
    expect(again.request.body).toHaveLength(0);
    again.respond(200, { body: sdp('offer') });
    const ack = await asked;
    expect(peer.acks.left).toEqual([]);
    ack({ body: sdp('answer') });
    expect((await peer.acks.next()).body.toString()).toBe(sdp('answer'));
    await hangUp(dialog, () => call.bye());
  });

  stage.departure('both sides at once: 491 for each', async () => {
    const { peer, call, dialog } = await calling();
    const ours = dialog.request({ method: 'INVITE', body: sdp('app2') });
    const theirs = await peer.next('INVITE');
    const mine = call.within('INVITE', { ...offer('peer2'), headers: [field('Contact', `<${peer.uri}>`)] });
    expect((await mine.final()).status).toBe(491);
    theirs.respond(491);
    expect((await ours).status).toBe(491);
    expect(dialog.connected).toBe(true);
    await hangUp(dialog, () => call.bye());
  });

  stage.departure(
    'a second change before the first is answered: 500 with Retry-After from one side, 491 from the other',
    async () => {
      const { peer, call, dialog } = await called();
      const modified = new Queue<{ req: AppRequest; res: AppResponse }>();
      dialog.on('modify', (req: AppRequest, res: AppResponse) => modified.push({ req, res }));
      const first = call.request('INVITE', { ...offer('one'), headers: [field('Contact', `<${peer.uri}>`)] });
      const { res } = await modified.next();
      const second = call.request('INVITE', { ...offer('two'), headers: [field('Contact', `<${peer.uri}>`)] });
      const refused = await second.final();
      expect([refused.status, header(refused, 'Retry-After') !== undefined]).toEqual([500, true]);
      // The application's own one would cross theirs.
      expect((await dialog.request({ method: 'INVITE', body: sdp('mine') })).status).toBe(491);
      expect(peer.requests.left).toEqual([]);
      res.send(488);
      expect((await first.final()).status).toBe(488);
      await hangUp(dialog, () => call.bye());
    },
  );

  test('BYE while it is being changed: the change is withdrawn', async () => {
    const { call, dialog, peer } = await called();
    const modified = new Queue<AppResponse>();
    dialog.on('modify', (_req: AppRequest, res: AppResponse) => modified.push(res));
    const again = call.request('INVITE', { ...offer('one'), headers: [field('Contact', `<${peer.uri}>`)] });
    await modified.next();
    await hangUp(dialog, () => call.bye());
    expect((await again.final()).status).toBe(stage.kind === 'drachtiod' ? 487 : 500);
  });

  stage.departure('the application hangs up while its own change is under way: CANCEL, then BYE', async () => {
    const { peer, dialog } = await calling();
    const ours = dialog.request({ method: 'INVITE', body: sdp('app2') });
    const theirs = await peer.next('INVITE');
    let cancelled = 0;
    theirs.transaction.observe({
      cancelled: () => {
        cancelled += 1;
        theirs.respond(487);
      },
    });
    theirs.respond(100);
    const destroyed = dialog.destroy();
    (await peer.next('BYE')).respond(200);
    await destroyed;
    expect((await ours).status).toBe(487);
    expect(cancelled).toBe(1);
  });

  test('after BYE: 481', async () => {
    const { peer, call, dialog } = await called();
    await hangUp(dialog, () => call.bye());
    const late = call.request('INVITE', { ...offer('late'), headers: [field('Contact', `<${peer.uri}>`)] });
    expect((await late.final()).status).toBe(481);
    const error = await dialog.request({ method: 'INFO' }).catch((failure: { code: string }) => failure);
    expect((error as { code: string }).code).toBe('ENODIALOG');
  });

  stage.departure('the far end moves: requests follow its new Contact', async () => {
    const { peer, call, dialog } = await called();
    const elsewhere = await stage.peer();
    const again = call.request('UPDATE', { headers: [field('Contact', `<${elsewhere.uri}>`)] });
    expect((await again.final()).status).toBe(200);
    const info = dialog.request({ method: 'INFO' });
    const arrived = await elsewhere.next('INFO');
    arrived.respond(200);
    expect((await info).status).toBe(200);
    expect(peer.requests.left).toEqual([]);
    await hangUp(dialog, () => call.bye());
  });

  stage.departure('requests out of order are refused, gaps are not', async () => {
    const { call, dialog } = await called();
    const at = (sequence: number): void => {
      if (call.dialog !== undefined) call.dialog = { ...call.dialog, localSequence: sequence };
    };
    at(40);
    expect((await call.request('INFO').final()).status).toBe(200);
    at(20);
    expect((await call.request('INFO').final()).status).toBe(500);
    at(40);
    expect((await call.request('INFO').final()).status).toBe(500);
    at(50);
    await hangUp(dialog, () => call.bye());
  });
});
