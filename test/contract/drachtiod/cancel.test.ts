/** CANCEL from either side, at every moment (TESTING.md, race 1). */
import { expect, test } from 'vitest';
import {
  type AppDialog,
  type AppRequest,
  type AppResponse,
  finalOf,
  once,
} from '../../support/drachtio/application.ts';
import { header, sdp, toTag } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract, eventually } from '../../support/drachtio/stage.ts';

contract('the caller cancels', stage => {
  const ringing = async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const calls = new Queue<{ req: AppRequest; res: AppResponse; cancelled: Promise<AppRequest> }>();
    app.srf.invite((req, res) => calls.push({ req, res, cancelled: once<AppRequest>(req, 'cancel') }));
    await app.settled();
    const call = peer.invite(stage.server.udp);
    return { app, peer, call, ...(await calls.next()) };
  };

  test('before the application has said anything', async () => {
    const { call, cancelled, res } = await ringing();
    // A CANCEL waits for a provisional response: this is the server's own.
    await call.invite.next(100);
    call.invite.transaction.cancel([{ name: 'Reason', value: 'SIP;cause=487' }]);
    const cancel = await cancelled;
    expect(cancel.method).toBe('CANCEL');
    expect(cancel.get('Reason')).toBe('SIP;cause=487');
    expect((await call.invite.final()).status).toBe(487);
    const late = await new Promise(resolve => res.send(200, {}, error => resolve(error)));
    expect(late).toMatch(/unknown transaction/);
  });

  test('between the 180 and the answer: createUAS rejects', async () => {
    const { app, call, cancelled, req, res } = await ringing();
    res.send(180);
    await call.early(180);
    call.invite.transaction.cancel();
    await cancelled;
    expect((await call.invite.final()).status).toBe(487);
    await expect(app.srf.createUAS(req, res, { localSdp: sdp('app') })).rejects.toMatch(/unknown transaction/);
  });

  test('and the 200 has crossed it: the call stands until the caller ends it', async () => {
    const { app, call, req, res } = await ringing();
    res.send(180);
    await call.early(180);
    const dialog = await app.srf.createUAS(req, res, { localSdp: sdp('app') });
    call.invite.transaction.cancel();
    await call.answered();
    const gone = once(dialog, 'destroy');
    await call.bye();
    await gone;
  });

  stage.departure('by BYE in the early dialog instead (RFC 3261, §15)', async () => {
    const { call, cancelled, res } = await ringing();
    res.send(180);
    await call.early(180);
    const bye = call.bye();
    await cancelled;
    expect((await bye).status).toBe(200);
    expect((await call.invite.final()).status).toBe(487);
  });
});

contract('the application cancels', stage => {
  const dialing = async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const requests = new Queue<AppRequest>();
    const outcome = app.srf
      .createUAC(
        peer.uri,
        { localSdp: sdp('app') },
        { cbRequest: (_error: unknown, req: AppRequest) => requests.push(req) },
      )
      .then(
        (dialog: AppDialog) => ({ dialog, status: 200 }),
        (error: { status: number }) => ({ dialog: undefined, status: error.status }),
      );
    const call = await peer.next('INVITE');
    return { app, peer, outcome, call, req: await requests.next() };
  };

  test('after the 180: the far end has its CANCEL, the application a 487', async () => {
    const { call, req, outcome, app } = await dialing();
    let cancelled = 0;
    call.transaction.observe({
      cancelled: cancel => {
        cancelled += 1;
        expect(header(cancel, 'Reason')).toBe('SIP;cause=200;text="answered elsewhere"');
        call.respond(487);
      },
    });
    call.respond(180);
    const sent = await new Promise<AppRequest>((resolve, reject) => {
      req.cancel({ headers: { Reason: 'SIP;cause=200;text="answered elsewhere"' } }, (error, message) =>
        error === null || error === undefined ? resolve(message as AppRequest) : reject(error),
      );
    });
    expect(sent.method).toBe('CANCEL');
    expect((await outcome).status).toBe(487);
    expect(cancelled).toBe(1);
    await eventually(() => app.srf.idle);
  });

  test('before any response: the CANCEL waits for the first one', async () => {
    const { call, req, outcome } = await dialing();
    let cancelled = 0;
    call.transaction.observe({
      cancelled: () => {
        cancelled += 1;
        call.respond(487);
      },
    });
    await new Promise(resolve => req.cancel({}, resolve));
    expect(cancelled).toBe(0);
    call.respond(180);
    expect((await outcome).status).toBe(487);
    expect(cancelled).toBe(1);
  });

  test('and the 200 has crossed it: ACK, then BYE, and the dialog is destroyed', async () => {
    const { peer, call, req, outcome } = await dialing();
    call.respond(180);
    await new Promise(resolve => req.cancel({}, resolve));
    call.respond(200, { body: sdp('callee') });
    const { dialog } = await outcome;
    if (dialog === undefined) throw new Error('no dialog');
    const destroyed = new Promise<unknown[]>(resolve => dialog.once('destroy', (...args) => resolve(args)));
    const ack = await peer.acks.next();
    expect(toTag(ack)).toBe(call.tag);
    const bye = await peer.next('BYE');
    expect(header(bye.request, 'Reason')).toMatch(/cancel race/);
    bye.respond(200);
    expect((await destroyed)[1]).toBe('ACK-BYE due to cancel race condition');
    expect(dialog.connected).toBe(false);
  });

  test('what is over already: an error', async () => {
    const { call, req, outcome } = await dialing();
    call.respond(486);
    expect((await outcome).status).toBe(486);
    const error = await new Promise(resolve => req.cancel({}, resolve));
    expect(String(error)).toMatch(/unable to cancel unknown transaction/);
  });

  test('a request other than INVITE sees its own response even so', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const req = await app.srf.request(peer.uri, { method: 'OPTIONS' });
    const final = finalOf(req);
    (await peer.next('OPTIONS')).respond(200);
    expect((await final).status).toBe(200);
  });
});
