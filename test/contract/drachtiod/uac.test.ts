/** An application calls: drachtio-srf as user agent client. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type AppDialog, type AppRequest, type AppResponse, once } from '../../support/drachtio/application.ts';
import { field, header, type Peer, type PeerAnswer, sdp, sequenceOf, toTag } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract, eventually } from '../../support/drachtio/stage.ts';

/** The peer accepts; resolves once it has its ACK. */
const accept = async (peer: Peer, call: PeerAnswer, body = sdp('callee')): Promise<void> => {
  call.respond(200, { body });
  await peer.acks.next();
};

const hangUp = async (dialog: AppDialog, call: PeerAnswer): Promise<void> => {
  const gone = once(dialog, 'destroy');
  await call.bye();
  await gone;
};

const refusalOf = (promise: Promise<unknown>): Promise<{ status?: number; message: string; res?: AppResponse }> =>
  promise.then(
    () => Promise.reject(new Error('it was accepted')),
    error => error,
  );

contract('an application calls', stage => {
  test('with createUAC: what is sent, what comes back, and the ACK', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const provisionals: AppResponse[] = [];
    const requests: AppRequest[] = [];
    const dialing = srf.createUAC(
      peer.uri,
      { localSdp: sdp('app'), callingNumber: '1234', callingName: 'Ann', headers: { 'X-Custom': 'yes' } },
      {
        cbRequest: (_error: unknown, req: AppRequest) => requests.push(req),
        cbProvisional: (res: AppResponse) => provisionals.push(res),
      },
    );
    const call = await peer.next('INVITE');
    const here = `${stage.server.udp.host}:${stage.server.udp.port}`;
    expect(header(call.request, 'From')).toMatch(new RegExp(`^"Ann" <sip:1234@${here}>;tag=.+`));
    expect(header(call.request, 'Contact')).toContain(`sip:1234@${here}`);
    expect(header(call.request, 'To')).toContain(peer.uri);
    expect(header(call.request, 'X-Custom')).toBe('yes');
    expect(header(call.request, 'Max-Forwards')).toBe('70');
    expect(header(call.request, 'Content-Type')).toBe('application/sdp');
    expect(call.request.body.toString()).toBe(sdp('app'));
    call.respond(100);
    call.respond(180);
    await accept(peer, call);
    const dialog = await dialing;
    expect(requests[0]?.source).toBe('application');
    expect(requests[0]?.get('Call-ID')).toBe(header(call.request, 'Call-ID'));
    // drachtio-server keeps the 100 to itself.
    expect(provisionals.map(({ status }) => status)).toEqual([180]);
    expect(dialog.remote.sdp).toBe(sdp('callee'));
    expect(dialog.sip.remoteTag).toBe(call.tag);
    expect(dialog.id).toBe(`${dialog.sip.callId};from-tag=${dialog.sip.localTag}`);
    await hangUp(dialog, call);
  });

  test('without naming itself: From and Contact are the server', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = refusalOf(srf.createUAC(peer.uri, { localSdp: sdp('app') }));
    const call = await peer.next('INVITE');
    const here = `<sip:${stage.server.udp.host}:${stage.server.udp.port}>`;
    expect(header(call.request, 'From')).toContain(here);
    expect(header(call.request, 'Contact')).toBe(here);
    call.respond(404);
    expect((await dialing).status).toBe(404);
  });

  test('a refusal rejects, with the response', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = refusalOf(srf.createUAC(peer.uri, { localSdp: sdp('app') }));
    const call = await peer.next('INVITE');
    call.respond(503, { headers: [field('Retry-After', '300')] });
    const error = await dialing;
    expect(error.status).toBe(503);
    expect(error.res?.get('Retry-After')).toBe('300');
    await eventually(() => srf.idle);
  });

  test('the application hangs up', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, { localSdp: sdp('app') });
    const call = await peer.next('INVITE');
    await accept(peer, call);
    const dialog = await dialing;
    const destroyed = dialog.destroy();
    const bye = await peer.next('BYE');
    expect(toTag(bye.request)).toBe(call.tag);
    expect(header(bye.request, 'CSeq')).toBe(`${sequenceOf(call.request) + 1} BYE`);
    bye.respond(200);
    await destroyed;
  });

  test('a delayed offer: the application gives the ACK its SDP when it likes', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, { noAck: true }) as unknown as Promise<{
      sdp: string;
      ack(sdp: string): Promise<AppDialog>;
    }>;
    const call = await peer.next('INVITE');
    expect(call.request.body).toHaveLength(0);
    call.respond(200, { body: sdp('offer') });
    const answer = await dialing;
    expect(answer.sdp).toBe(sdp('offer'));
    expect(peer.acks.left).toEqual([]);
    const dialog = await answer.ack(sdp('answer'));
    const ack = await peer.acks.next();
    expect(ack.body.toString()).toBe(sdp('answer'));
    expect(header(ack, 'CSeq')).toBe(`${sequenceOf(call.request)} ACK`);
    await hangUp(dialog, call);
  });

  test('without SDP and without noAck, the ACK answers with a stream that only receives', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, {});
    const call = await peer.next('INVITE');
    call.respond(200, { body: sdp('offer') });
    const ack = await peer.acks.next();
    expect(ack.body.toString()).toContain('a=recvonly');
    await hangUp(await dialing, call);
  });

  test('a repeated 200 gets the ACK again, and the application hears of it once', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, { localSdp: sdp('app') });
    const call = await peer.next('INVITE');
    const ok = call.respond(200, { body: sdp('callee') });
    const first = await peer.acks.next();
    const dialog = await dialing;
    call.transaction.respond(ok);
    const second = await peer.acks.next();
    expect(header(second, 'CSeq')).toBe(header(first, 'CSeq'));
    await hangUp(dialog, call);
  });

  test('redirects are followed', async () => {
    const { srf } = await stage.app();
    const [first, second] = [await stage.peer(), await stage.peer()];
    const dialing = srf.createUAC(first.uri, { localSdp: sdp('app'), followRedirects: true });
    const moved = await first.next('INVITE');
    moved.respond(302, { headers: [field('Contact', `<${second.uri}>`)] });
    const call = await second.next('INVITE');
    await accept(second, call);
    await hangUp(await dialing, call);
  });

  test('through the proxy that it names', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = refusalOf(
      srf.createUAC('sip:someone@pbx.example.invalid', { localSdp: sdp('app'), proxy: `sip:127.0.0.1:${peer.port}` }),
    );
    const call = await peer.next('INVITE');
    expect(call.request.uri).toBe('sip:someone@pbx.example.invalid');
    call.respond(486);
    expect((await dialing).status).toBe(486);
  });

  test('a challenge is answered with the credentials that it has', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, {
      localSdp: sdp('app'),
      auth: { username: 'ann', password: 'secret' },
    });
    const challenged = await peer.next('INVITE');
    challenged.respond(401, {
      headers: [field('WWW-Authenticate', 'Digest realm="example", nonce="abc", algorithm=MD5, qop="auth"')],
    });
    const call = await peer.next('INVITE');
    expect(header(call.request, 'Call-ID')).toBe(header(challenged.request, 'Call-ID'));
    expect(header(call.request, 'From')).toBe(header(challenged.request, 'From'));
    expect(sequenceOf(call.request)).toBe(sequenceOf(challenged.request) + 1);
    const credentials = header(call.request, 'Authorization') ?? '';
    const part = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(credentials)?.[1] ?? '';
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const a1 = md5('ann:example:secret');
    const a2 = md5(`INVITE:${peer.uri}`);
    expect(part('response')).toBe(md5(`${a1}:abc:${part('nc')}:${part('cnonce')}:auth:${a2}`));
    await accept(peer, call);
    await hangUp(await dialing, call);
  });

  stage.departure('two forks answer: the first is the call, the other gets ACK and BYE', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const tags: string[] = [];
    const dialing = srf.createUAC(
      peer.uri,
      { localSdp: sdp('app') },
      { cbProvisional: (res: AppResponse) => tags.push(res.getParsedHeader('To').params.tag ?? '') },
    );
    const call = await peer.next('INVITE');
    call.respond(180, { tag: 'fork-a' });
    call.respond(180, { tag: 'fork-b' });
    call.respond(200, { tag: 'fork-b', body: sdp('b') });
    const dialog = await dialing;
    const won = call.dialog;
    call.respond(200, { tag: 'fork-a', body: sdp('a') });
    const acks = [await peer.acks.next(), await peer.acks.next()];
    expect(acks.map(toTag).sort()).toEqual(['fork-a', 'fork-b']);
    const bye = await peer.next('BYE');
    expect(toTag(bye.request)).toBe('fork-a');
    bye.respond(200);
    expect(tags).toEqual(['fork-a', 'fork-b']);
    expect(dialog.sip.remoteTag).toBe('fork-b');
    call.dialog = won;
    await hangUp(dialog, call);
  });

  test.each([
    ['to the server itself', () => `sip:me@${stage.server.udp.host}:${stage.server.udp.port}`, {}, /myself/],
    ['to what is no URI', () => 'sip:<>@', {}, /request-uri/],
    ['with a body of an unknown kind', () => 'sip:a@127.0.0.1:1', { localSdp: 'not SDP' }, /content-type/],
  ])('%s: an error, and nothing is sent', async (_title, uri, options, expected) => {
    const { srf } = await stage.app();
    const error = await refusalOf(srf.createUAC(uri(), { localSdp: sdp('app'), ...options }));
    expect(String(error)).toMatch(expected);
  });

  test('a host that does not exist is a failed call', async () => {
    const { srf } = await stage.app();
    const error = await refusalOf(srf.createUAC('sip:a@nobody.invalid;transport=udp', { localSdp: sdp('app') }));
    expect([408, 478, 502, 503]).toContain(error.status);
  });

  test('over TCP', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer({ protocol: 'tcp' });
    const dialing = srf.createUAC(peer.uri, { localSdp: sdp('app'), callingNumber: '77' });
    const call = await peer.next('INVITE');
    if (stage.kind === 'drachtiod') expect(header(call.request, 'Contact')).toContain('transport=tcp');
    await accept(peer, call);
    await hangUp(await dialing, call);
  });

  test('an unfinished call does not keep the next one from being made', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = [0, 1].map(() => refusalOf(srf.createUAC(peer.uri, { localSdp: sdp('app') })));
    const calls = new Queue<PeerAnswer>();
    calls.push(await peer.next('INVITE'));
    calls.push(await peer.next('INVITE'));
    (await calls.next()).respond(486);
    (await calls.next()).respond(600);
    expect((await Promise.all(dialing)).map(({ status }) => status).sort()).toEqual([486, 600]);
  });
});
