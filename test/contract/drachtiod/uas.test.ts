/** An application answers calls: drachtio-srf as user agent server. */
import { expect, test } from 'vitest';
import {
  type AppDialog,
  type AppRequest,
  type AppResponse,
  type ConnectedApplication,
  once,
} from '../../support/drachtio/application.ts';
import { field, header, headers, sdp, toTag } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract, eventually } from '../../support/drachtio/stage.ts';

interface Call {
  readonly req: AppRequest;
  readonly res: AppResponse;
}

/** Accepts every call; what became of it comes out of the queue. */
const accepting = async ({ srf, settled }: ConnectedApplication, options: object = {}): Promise<Queue<AppDialog>> => {
  const dialogs = new Queue<AppDialog>();
  srf.invite(async (req, res) => {
    dialogs.push(await srf.createUAS(req, res, { localSdp: sdp('app'), ...options }));
  });
  await settled();
  return dialogs;
};

/** The requests that come, unanswered. */
const collecting = async ({ srf, settled }: ConnectedApplication): Promise<Queue<Call>> => {
  const calls = new Queue<Call>();
  srf.invite((req, res) => calls.push({ req, res }));
  await settled();
  return calls;
};

const sent = (
  res: AppResponse,
  status: number,
  options: object = {},
): Promise<{ error: unknown; message: AppResponse }> =>
  new Promise(resolve => {
    res.send(status, options, (error, message) => resolve({ error, message: message as AppResponse }));
  });

contract('an application answers', stage => {
  test('with createUAS: the caller has its 200, the application the ACK and the BYE', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const dialogs = await accepting(app, { headers: { 'X-Custom': 'yes', Subject: 'a call' } });
    const call = peer.invite(stage.server.udp);
    const dialog = await dialogs.next();
    const ok = await call.accepted();
    expect(ok.status).toBe(200);
    expect(header(ok, 'X-Custom')).toBe('yes');
    expect(header(ok, 'Subject')).toBe('a call');
    expect(header(ok, 'Content-Type')).toBe('application/sdp');
    expect(header(ok, 'Contact')).toContain(`${stage.server.udp.host}:${stage.server.udp.port}`);
    expect(ok.body.toString()).toBe(sdp('app'));
    expect(dialog.connected).toBe(true);
    expect(dialog.sip.localTag).toBe(toTag(ok));
    const acknowledged = once(dialog, 'ack');
    call.ack();
    await acknowledged;
    const gone = once<AppRequest>(dialog, 'destroy');
    const bye = call.bye();
    expect((await gone).method).toBe('BYE');
    expect((await bye).status).toBe(200);
  });

  test('what it is shown of a request: where it came from, and every header field', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const calls = await collecting(app);
    const call = peer.invite(stage.server.udp, {
      user: '1234',
      extra: [field('X-Strange', 'a|b;c="d"'), field('P-Asserted-Identity', '"Ann" <sip:+36123@example.com>')],
    });
    const { req, res } = await calls.next();
    expect(req.source).toBe('network');
    expect(req.protocol).toBe('udp');
    expect([req.source_address, req.source_port]).toEqual(['127.0.0.1', peer.port]);
    expect(req.receivedOn).toBe(`${stage.server.udp.host}:${stage.server.udp.port}`);
    expect(req.isNewInvite).toBe(true);
    expect(req.uri).toContain('sip:1234@');
    expect(req.get('X-Strange')).toBe('a|b;c="d"');
    expect((req as unknown as { callingNumber: string }).callingNumber).toBe('+36123');
    expect((req as unknown as { callingName: string }).callingName).toBe('Ann');
    expect(req.body).toBe(sdp('caller'));
    expect(req.has('Via')).toBe(true);
    res.send(486);
    expect((await call.invite.final()).status).toBe(486);
  });

  test('180, 183 with SDP, 200: each as it was given, all with one To tag', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const calls = await collecting(app);
    const call = peer.invite(stage.server.udp);
    const { req, res } = await calls.next();
    res.send(180);
    const ringing = await call.early(180);
    res.send(183, { body: sdp('early') });
    const progress = await call.invite.next(183);
    expect(progress.body.toString()).toBe(sdp('early'));
    expect(toTag(progress)).toBe(toTag(ringing));
    const dialog = await app.srf.createUAS(req, res, { localSdp: sdp('app') });
    const ok = await call.answered();
    expect(toTag(ok)).toBe(toTag(ringing));
    const gone = once(dialog, 'destroy');
    await call.bye();
    await gone;
  });

  test('a refusal: its reason, its header fields, and no ACK for the application', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const acks = new Queue<AppRequest>();
    (app.srf as unknown as { ack(handler: (req: AppRequest) => void): void }).ack(req => acks.push(req));
    const calls = await collecting(app);
    const call = peer.invite(stage.server.udp);
    const { res } = await calls.next();
    res.send(480, 'Gone for lunch', {
      headers: { 'Retry-After': '3600', 'x-mixed-Case': '1', 'retry-reason': 'food' },
    });
    const refusal = await call.invite.final();
    expect([refusal.status, refusal.reason]).toEqual([480, 'Gone for lunch']);
    expect(header(refusal, 'Retry-After')).toBe('3600');
    expect(refusal.headers.some(({ name }) => name === 'Retry-Reason')).toBe(true);
    await eventually(() => call.invite.transaction.settled);
    expect(acks.left).toEqual([]);
  });

  test('the tag that the application puts into To', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const calls = await collecting(app);
    const call = peer.invite(stage.server.udp);
    const { req, res } = await calls.next();
    res.send(404, { headers: { To: `${req.get('To')};tag=chosen` } });
    expect(toTag(await call.invite.final())).toBe('chosen');
  });

  test('our address in the place of localhost, and no way to touch the path of a message', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const dialogs = await accepting(app, {
      headers: {
        Contact: '<sip:4321@localhost>',
        'P-Asserted-Identity': '"Bob" <sip:4321@localhost>',
        Via: 'SIP/2.0/UDP evil.example.com;branch=z9hG4bKx',
        'Record-Route': '<sip:evil.example.com;lr>',
        RSeq: '17',
      },
    });
    const call = peer.invite(stage.server.udp);
    const dialog = await dialogs.next();
    const ok = await call.answered();
    const here = `${stage.server.udp.host}:${stage.server.udp.port}`;
    expect(header(ok, 'Contact')).toContain(`sip:4321@${here}`);
    expect(header(ok, 'P-Asserted-Identity')).toContain(`sip:4321@${here}`);
    expect(headers(ok, 'Via')).toHaveLength(1);
    expect(header(ok, 'Record-Route')).toBeUndefined();
    expect(header(ok, 'RSeq')).toBeUndefined();
    const gone = once(dialog, 'destroy');
    await call.bye();
    await gone;
  });

  test('a delayed offer: the answer is in the ACK', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const dialogs = await accepting(app);
    const call = peer.invite(stage.server.udp, { body: '' });
    const dialog = await dialogs.next();
    expect(dialog.remote.sdp).toBeFalsy();
    const acknowledged = once<AppRequest>(dialog, 'ack');
    await call.answered({ body: sdp('late'), contentType: 'application/sdp' });
    expect((await acknowledged).body).toBe(sdp('late'));
    expect(dialog.remote.sdp).toBe(sdp('late'));
    const gone = once(dialog, 'destroy');
    await call.bye();
    await gone;
  });

  test('the application hangs up', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const dialogs = await accepting(app);
    const call = peer.invite(stage.server.udp);
    const dialog = await dialogs.next();
    await call.answered();
    const destroyed = dialog.destroy({ headers: { 'X-Reason': 'enough' } });
    const bye = await peer.next('BYE');
    expect(header(bye.request, 'X-Reason')).toBe('enough');
    expect(toTag(bye.request)).toBe(dialog.sip.remoteTag);
    bye.respond(200);
    await destroyed;
    expect(dialog.connected).toBe(false);
  });

  test('a second final response goes nowhere, and the application is told', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const calls = await collecting(app);
    const call = peer.invite(stage.server.udp);
    const { req, res } = await calls.next();
    const first = await sent(res, 486);
    expect(first.error).toBeFalsy();
    expect(first.message.status).toBe(486);
    // drachtio-srf itself refuses a second one on the same object.
    const twin = Object.create(res, {
      headersSent: { value: false },
      finalResponseSent: { value: false },
    }) as AppResponse;
    expect((await sent(twin, 200)).error).toMatch(/unknown transaction/);
    expect((await call.invite.final()).status).toBe(486);
    expect(req.method).toBe('INVITE');
  });

  test('over TCP', async () => {
    const app = await stage.app();
    const peer = await stage.peer({ protocol: 'tcp' });
    const dialogs = await accepting(app);
    const call = peer.invite(stage.server.tcp ?? stage.server.udp);
    const dialog = await dialogs.next();
    const ok = await call.answered();
    expect(header(ok, 'Contact')).toContain('transport=tcp');
    const destroyed = dialog.destroy();
    const bye = await peer.next('BYE');
    bye.respond(200);
    await destroyed;
    expect(peer.stack.counts.connections).toBe(1);
  });

  test('an SDP with characters outside of ASCII, byte by byte', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const body = sdp('árvíztűrő-😀');
    const dialogs = await accepting(app, { localSdp: body });
    const call = peer.invite(stage.server.udp, { body });
    const dialog = await dialogs.next();
    expect(dialog.remote.sdp).toContain('o=árvíztűrő-😀');
    expect((await call.answered()).body.toString()).toBe(body);
    const gone = once(dialog, 'destroy');
    await call.bye();
    await gone;
  });
});
