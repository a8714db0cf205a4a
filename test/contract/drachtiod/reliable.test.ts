/** Reliable provisional responses, from both sides (RFC 3262), and UPDATE before the answer (RFC 3311). */
import { expect, test } from 'vitest';
import { type AppDialog, type AppRequest, type AppResponse, once } from '../../support/drachtio/application.ts';
import { field, header, headers, sdp, sequenceOf } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract } from '../../support/drachtio/stage.ts';

const rel = [field('Supported', '100rel')];

contract('reliable provisional responses', stage => {
  test('of the application: RSeq, repeated until the PRACK, which the application hears of', async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const calls = new Queue<{ req: AppRequest; res: AppResponse }>();
    srf.invite((req, res) => calls.push({ req, res }));
    await settled();
    const call = peer.invite(stage.server.udp, { extra: rel });
    const { req, res } = await calls.next();
    const pracked = new Promise<AppRequest>(resolve => {
      const options = { body: sdp('early'), headers: { Require: '100rel' } };
      res.send(183, 'Session Progress', options, null, resolve);
    });
    const progress = await call.early(183);
    expect(headers(progress, 'Require')).toContain('100rel');
    const rseq = header(progress, 'RSeq');
    expect(Number(rseq)).toBeGreaterThan(0);
    // Not acknowledged: it comes again.
    expect(header(await call.invite.next(183), 'RSeq')).toBe(rseq);
    const prack = call.request('PRACK', { headers: [field('RAck', `${rseq} 1 INVITE`)] });
    expect((await pracked).get('RAck')).toBe(`${rseq} 1 INVITE`);
    expect((await prack.final()).status).toBe(200);
    const dialog = await srf.createUAS(req, res, { localSdp: sdp('app') });
    await call.answered();
    const gone = once(dialog, 'destroy');
    await call.bye();
    await gone;
  });

  stage.departure('of the application: a 200 that comes too soon waits for the PRACK', async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const dialogs = new Queue<AppDialog>();
    srf.invite(async (req, res) => {
      res.send(183, { body: sdp('early'), headers: { Require: '100rel' } });
      dialogs.push(await srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    await settled();
    const call = peer.invite(stage.server.udp, { extra: rel });
    const progress = await call.early(183);
    expect(dialogs.left).toEqual([]);
    const prack = call.request('PRACK', { headers: [field('RAck', `${header(progress, 'RSeq')} 1 INVITE`)] });
    expect((await prack.final()).status).toBe(200);
    await call.answered();
    const dialog = await dialogs.next();
    const gone = once(dialog, 'destroy');
    await call.bye();
    await gone;
  });

  stage.departure('a PRACK for nothing is refused; a far end without 100rel gets none', async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const calls = new Queue<{ req: AppRequest; res: AppResponse }>();
    srf.invite((req, res) => calls.push({ req, res }));
    await settled();
    const call = peer.invite(stage.server.udp);
    const { res } = await calls.next();
    const error = await new Promise(resolve => {
      res.send(183, { headers: { Require: '100rel' } }, failure => resolve(failure));
    });
    expect(error).toBe('Remote endpoint does not support 100rel');
    res.send(180);
    await call.early(180);
    const prack = call.request('PRACK', { headers: [field('RAck', '1 1 INVITE')] });
    expect((await prack.final()).status).toBe(481);
    res.send(486);
    expect((await call.invite.final()).status).toBe(486);
  });

  test('of the far end: drachtio-srf sends PRACK, once for each, whatever is repeated', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const progress: number[] = [];
    const dialing = srf.createUAC(
      peer.uri,
      { localSdp: sdp('app'), headers: { Supported: '100rel' } },
      { cbProvisional: (res: AppResponse) => progress.push(res.status) },
    );
    const call = await peer.next('INVITE');
    const reliably = (rseq: number) => [field('Require', '100rel'), field('RSeq', String(rseq))];
    call.respond(183, { body: sdp('early'), headers: reliably(7) });
    const first = await peer.next('PRACK');
    expect(header(first.request, 'RAck')).toBe(`7 ${sequenceOf(call.request)} INVITE`);
    first.respond(200);
    call.respond(183, { body: sdp('early'), headers: reliably(7) });
    call.respond(180, { headers: reliably(8) });
    const second = await peer.next('PRACK');
    expect(header(second.request, 'RAck')).toBe(`8 ${sequenceOf(call.request)} INVITE`);
    second.respond(200);
    call.respond(200, { body: sdp('callee') });
    const ack = await peer.acks.next();
    expect(sequenceOf(ack)).toBe(sequenceOf(call.request));
    const dialog = await dialing;
    expect(progress).toEqual([183, 180]);
    expect(peer.requests.left).toEqual([]);
    const destroyed = dialog.destroy();
    const bye = await peer.next('BYE');
    // INVITE, two PRACKs, BYE.
    expect(sequenceOf(bye.request)).toBe(sequenceOf(call.request) + 3);
    bye.respond(200);
    await destroyed;
  });

  test('UPDATE of the caller while it rings: the application answers it', async () => {
    const { srf, settled } = await stage.app();
    const peer = await stage.peer();
    const calls = new Queue<{ req: AppRequest; res: AppResponse }>();
    srf.invite((req, res) => {
      req.on('update', (_update: AppRequest, updated: AppResponse) => updated.send(200, { body: sdp('app2') }));
      calls.push({ req, res });
    });
    await settled();
    const call = peer.invite(stage.server.udp);
    const { res } = await calls.next();
    res.send(183, { body: sdp('early') });
    await call.early(183);
    const update = call.request('UPDATE', { body: sdp('caller2'), contentType: 'application/sdp' });
    const ok = await update.final();
    expect([ok.status, ok.body.toString()]).toEqual([200, sdp('app2')]);
    res.send(486);
    expect((await call.invite.final()).status).toBe(486);
  });

  test('UPDATE of the callee while it rings', async () => {
    const { srf } = await stage.app();
    const peer = await stage.peer();
    const dialing = srf.createUAC(peer.uri, { localSdp: sdp('app') });
    const call = await peer.next('INVITE');
    call.respond(183, { body: sdp('early') });
    const update = call.within('UPDATE', {
      headers: [field('Contact', `<${peer.uri}>`)],
      body: sdp('callee2'),
      contentType: 'application/sdp',
    });
    const ok = await update.final();
    expect([ok.status, ok.body.toString()]).toEqual([200, sdp('app')]);
    call.respond(200, { body: sdp('callee') });
    await peer.acks.next();
    const dialog = await dialing;
    const gone = once(dialog, 'destroy');
    await call.bye();
    await gone;
  });
});
