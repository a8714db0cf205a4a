/** Applications come, share the work, and go. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import {
  type AppDialog,
  type AppRequest,
  type ConnectedApplication,
  connectApplication,
  once,
} from '../../support/drachtio/application.ts';
import { field, header, type Peer, sdp } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract, eventually } from '../../support/drachtio/stage.ts';

contract('applications', stage => {
  const answering = async (name: string, tags?: readonly string[]): Promise<ConnectedApplication> => {
    const app = await stage.app(tags);
    app.srf.options((_req, res) => res.send(200, { headers: { 'X-Answered-By': name } }));
    await app.settled();
    return app;
  };

  const ask = async (peer: Peer): Promise<string> => {
    const answer = await peer.ask('OPTIONS', stage.server.udp).final();
    return answer.status === 200 ? (header(answer, 'X-Answered-By') ?? '') : String(answer.status);
  };

  test('are told on connecting where the server listens', async () => {
    const app = await stage.app();
    expect(app.hostports).toContain(`udp/${stage.server.udp.host}:${stage.server.udp.port}`);
  });

  test('with a wrong secret are told so, and cut off', async () => {
    await expect(connectApplication({ ...stage.server, secret: 'wrong' })).rejects.toThrow(/authenticate/);
    const socket = connect(stage.server.port, stage.server.host);
    socket.write('21#id|authenticate|wrong');
    let heard = '';
    socket.on('data', chunk => {
      heard += chunk.toString();
    });
    await once(socket, 'close');
    expect(heard).toMatch(/^\d+#[^|]+\|response\|id\|NO\|incorrect secret$/);
  });

  test('get a pong for their ping', async () => {
    const socket = connect(stage.server.port, stage.server.host);
    const command = (text: string): void => void socket.write(`${Buffer.byteLength(text)}#${text}`);
    const heard = new Queue<string>();
    socket.on('data', chunk => heard.push(chunk.toString()));
    command(`1|authenticate|${stage.server.secret}`);
    expect(await heard.next()).toMatch(/\|response\|1\|OK\|.*udp\//);
    command('2|ping');
    expect(await heard.next()).toMatch(/\|response\|2\|OK\|pong$/);
    socket.destroy();
  });

  test('none: 503', async () => {
    const peer = await stage.peer();
    expect(await ask(peer)).toBe('503');
    const call = peer.invite(stage.server.udp);
    expect((await call.invite.final()).status).toBe(503);
  });

  stage.departure('a method that nobody knows, a scheme that nobody speaks', async () => {
    const peer = await stage.peer();
    expect((await peer.ask('DANCE', stage.server.udp).final()).status).toBe(501);
    const { host, port } = stage.server.udp;
    const request = peer.compose('OPTIONS', stage.server.udp, { uri: 'soap:anybody' });
    expect((await peer.send(request, `sip:${host}:${port}`).final()).status).toBe(416);
  });

  test('several: each in its turn; what was unregistered gets nothing more', async () => {
    const peer = await stage.peer();
    const first = await answering('a');
    await answering('b');
    await answering('c');
    const answers = [await ask(peer), await ask(peer), await ask(peer), await ask(peer)];
    expect(answers.slice(0, 3).sort()).toEqual(['a', 'b', 'c']);
    expect(answers[3]).toBe(answers[0]);
    (first.srf as unknown as { unregisterForMessages(method: string): void }).unregisterForMessages('options');
    await first.settled();
    expect([await ask(peer), await ask(peer), await ask(peer), await ask(peer)].sort()).toEqual(['b', 'b', 'c', 'c']);
  });

  test('get what they asked for by method, and nothing else', async () => {
    const peer = await stage.peer();
    await answering('a');
    expect((await peer.ask('MESSAGE', stage.server.udp).final()).status).toBe(503);
    expect(await ask(peer)).toBe('a');
  });

  test('a repeated request reaches them once', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const requests: AppRequest[] = [];
    const answers = new Queue<{ send(status: number): void }>();
    app.srf.options((req, res) => {
      requests.push(req);
      answers.push(res);
    });
    await app.settled();
    const asked = peer.ask('OPTIONS', stage.server.udp);
    const res = await answers.next();
    // The peer's own timer E repeats it meanwhile: its transaction is the same.
    await eventually(() => peer.stack.counts.sent >= 2);
    res.send(200);
    expect((await asked.final()).status).toBe(200);
    expect(requests).toHaveLength(1);
  });

  stage.departure('the same request on two ways is refused the second time (482)', async () => {
    const app = await stage.app();
    const [one, two] = [await stage.peer(), await stage.peer()];
    const answers = new Queue<{ send(status: number): void }>();
    app.srf.invite((_req, res) => answers.push(res));
    await app.settled();
    const same = { callId: 'merged', tag: 'merged', body: sdp('caller') };
    const first = one.ask('INVITE', stage.server.udp, same);
    const res = await answers.next();
    expect((await two.ask('INVITE', stage.server.udp, same).final()).status).toBe(482);
    res.send(486);
    expect((await first.final()).status).toBe(486);
  });

  stage.departure('one that goes: what it had not answered gets 503, what it asked is withdrawn', async () => {
    const app = await stage.app();
    const [caller, callee] = [await stage.peer(), await stage.peer()];
    const invites = new Queue<AppRequest>();
    app.srf.invite(req => invites.push(req));
    await app.settled();
    const call = caller.invite(stage.server.udp);
    await invites.next();
    void app.srf.createUAC(callee.uri, { localSdp: sdp('app') }).catch(() => {});
    const ringing = await callee.next('INVITE');
    const cancelled = new Promise<void>(resolve => ringing.transaction.observe({ cancelled: () => resolve() }));
    ringing.respond(180);
    await eventually(() => (stage.server.stats()?.dialogs ?? 0) > 0);
    app.close();
    expect((await call.invite.final()).status).toBe(503);
    await cancelled;
    ringing.respond(487);
  });

  stage.departure('one that goes before it has acknowledged an answer: ACK and BYE', async () => {
    const app = await stage.app();
    const callee = await stage.peer();
    const dialing = app.srf.createUAC(callee.uri, { noAck: true });
    const call = await callee.next('INVITE');
    call.respond(200, { body: sdp('callee') });
    await dialing;
    expect(callee.acks.left).toEqual([]);
    app.close();
    await callee.acks.next();
    (await callee.next('BYE')).respond(200);
  });

  test('a dialog outlives its application: another process ends it by its id', async () => {
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
    const persisted = dialog.id;
    app.close();
    const next = await stage.app();
    await eventually(() => (stage.server.stats()?.applications ?? 1) === 1);
    const sent = (await next.srf.request('sip:placeholder', {
      method: 'BYE',
      stackDialogId: persisted,
    } as object)) as AppRequest;
    const bye = await peer.next('BYE');
    expect(header(bye.request, 'Call-ID')).toBe(header(call.invite.transaction.request, 'Call-ID'));
    bye.respond(200);
    await once(sent, 'response');
  });

  /** A call whose application has gone. */
  const orphan = async () => {
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
    app.close();
    await eventually(() => (stage.server.stats()?.applications ?? 0) === 0);
    return { peer, call, id: dialog.id };
  };

  stage.departure('a dialog without its application: requests get 481', async () => {
    const { call } = await orphan();
    expect((await call.request('INFO').final()).status).toBe(481);
    expect((await call.bye()).status).toBe(481);
  });

  stage.departure('a dialog without its application is taken on by the next one that uses it', async () => {
    const { peer, call, id } = await orphan();
    expect((await call.request('INFO').final()).status).toBe(481);
    const next = await stage.app();
    next.srf.info((_req, res) => res.send(200, { headers: { 'X-Answered-By': 'next' } }));
    next.srf.bye((_req, res) => res.send(200));
    await next.settled();
    const asking = next.srf.request('sip:placeholder', { method: 'OPTIONS', stackDialogId: id } as object);
    (await peer.next('OPTIONS')).respond(200);
    await asking;
    expect(header(await call.request('INFO').final(), 'X-Answered-By')).toBe('next');
    expect((await call.bye()).status).toBe(200);
  });

  test('records of the calls, for those who want them', async () => {
    const app = await stage.app();
    const peer = await stage.peer();
    const records = new Queue<string>();
    app.srf.on('cdr:attempt', (source: string) => records.push(`attempt ${source}`));
    app.srf.on('cdr:start', (source: string, _time: string, role: string) => records.push(`start ${source} ${role}`));
    app.srf.on('cdr:stop', (source: string, _time: string, reason: string) => records.push(`stop ${source} ${reason}`));
    const dialogs = new Queue<AppDialog>();
    app.srf.invite(async (req, res) => {
      if (req.has('X-Refuse')) res.send(486);
      else dialogs.push(await app.srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    await app.settled();
    const call = peer.invite(stage.server.udp);
    const dialog = await dialogs.next();
    await call.answered();
    const gone = once(dialog, 'destroy');
    await call.bye();
    await gone;
    expect([await records.next(), await records.next(), await records.next()]).toEqual([
      'attempt network',
      'start application uas',
      'stop network normal-release',
    ]);
    const refused = peer.invite(stage.server.udp, { extra: [field('X-Refuse', '1')] });
    expect((await refused.invite.final()).status).toBe(486);
    expect([await records.next(), await records.next()]).toEqual(['attempt network', 'stop application call-rejected']);
  });
});
