/** drachtio-srf's createB2BUA, between two peers. */
import { expect, test } from 'vitest';
import { fromTag, toTag } from '../../../src/embedded/sip/tags.ts';
import { type AppDialog, type AppRequest, once } from '../../support/drachtio/application.ts';
import { field, header, type Peer, type PeerAnswer, type PeerCall, sdp } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract } from '../../support/drachtio/stage.ts';

interface Outcome {
  readonly legs?: { readonly uas: AppDialog; readonly uac: AppDialog };
  readonly error?: { readonly status?: number };
}

contract('an application stands between two', stage => {
  const connecting = async (
    options: object = {},
    inviteOptions: object = {},
  ): Promise<{ caller: Peer; callee: Peer; call: PeerCall; answer: PeerAnswer; outcomes: Queue<Outcome> }> => {
    const { srf, settled } = await stage.app();
    const [caller, callee] = [await stage.peer(), await stage.peer()];
    const outcomes = new Queue<Outcome>();
    srf.invite((req, res) => {
      srf
        .createB2BUA(req, res, callee.uri, { localSdpB: req.body, ...options })
        .then(legs => {
          legs.uas.on('destroy', () => void legs.uac.destroy().catch(() => {}));
          legs.uac.on('destroy', () => void legs.uas.destroy().catch(() => {}));
          outcomes.push({ legs });
        })
        .catch(error => outcomes.push({ error }));
    });
    await settled();
    const call = caller.invite(stage.server.udp, { user: '1234', ...inviteOptions });
    return { caller, callee, call, answer: await callee.next('INVITE'), outcomes };
  };

  test('ringing, answer, talk, and the caller hangs up', async () => {
    const { callee, call, answer, outcomes } = await connecting(
      { proxyRequestHeaders: ['X-Trace', 'Subject'], proxyResponseHeaders: ['X-Answered-By'] },
      { extra: [field('X-Trace', '42'), field('Subject', 'hello')] },
    );
    expect(answer.request.body.toString()).toBe(sdp('caller'));
    expect([header(answer.request, 'X-Trace'), header(answer.request, 'Subject')]).toEqual(['42', 'hello']);
    expect(header(answer.request, 'From')).toMatch(/^"Peer" <sip:peer@/);
    answer.respond(180);
    await call.early(180);
    answer.respond(200, { body: sdp('callee'), headers: [field('X-Answered-By', 'Bob')] });
    const ok = await call.answered();
    expect([ok.body.toString(), header(ok, 'X-Answered-By')]).toEqual([sdp('callee'), 'Bob']);
    await callee.acks.next();
    const { legs } = await outcomes.next();
    const gone = once(legs?.uas as AppDialog, 'destroy');
    const bye = call.bye();
    (await callee.next('BYE')).respond(200);
    expect((await bye).status).toBe(200);
    await gone;
  });

  test('the callee hangs up', async () => {
    const { caller, call, answer, outcomes, callee } = await connecting();
    answer.respond(200, { body: sdp('callee') });
    await call.answered();
    await callee.acks.next();
    const { legs } = await outcomes.next();
    await new Promise(resolve => setImmediate(resolve));
    expect(legs?.uac.connected).toBe(true);
    const bye = answer.bye();
    (await caller.next('BYE')).respond(200);
    expect((await bye).status).toBe(200);
  });

  test('a refusal is passed on', async () => {
    const { call, answer, outcomes } = await connecting();
    answer.respond(486, { headers: [field('Retry-After', '9')] });
    expect((await call.invite.final()).status).toBe(486);
    expect((await outcomes.next()).error?.status).toBe(486);
  });

  test('the caller cancels while it rings: so does the application', async () => {
    const { call, answer, outcomes } = await connecting();
    let cancelled = 0;
    answer.transaction.observe({
      cancelled: () => {
        cancelled += 1;
        answer.respond(487);
      },
    });
    answer.respond(180);
    await call.early(180);
    call.invite.transaction.cancel();
    expect((await call.invite.final()).status).toBe(487);
    expect((await outcomes.next()).error?.status).toBe(487);
    expect(cancelled).toBe(1);
  });

  test('a delayed offer through both legs', async () => {
    const { callee, call, answer, outcomes } = await connecting({ localSdpB: undefined }, { body: '' });
    expect(answer.request.body).toHaveLength(0);
    answer.respond(200, { body: sdp('callee-offer') });
    const ok = await call.accepted();
    expect(ok.body.toString()).toBe(sdp('callee-offer'));
    expect(callee.acks.left).toEqual([]);
    call.ack({ body: sdp('caller-answer'), contentType: 'application/sdp' });
    expect((await callee.acks.next()).body.toString()).toBe(sdp('caller-answer'));
    const { legs } = await outcomes.next();
    const gone = once<AppRequest>(legs?.uas as AppDialog, 'destroy');
    const bye = call.bye();
    (await callee.next('BYE')).respond(200);
    expect((await bye).status).toBe(200);
    await gone;
  });

  test('reliable provisional responses through both legs', async () => {
    const { callee, call, answer, outcomes } = await connecting(
      { proxyRequestHeaders: ['Supported'], proxyResponseHeaders: ['Require'] },
      { extra: [field('Supported', '100rel')] },
    );
    answer.respond(183, { body: sdp('early'), headers: [field('Require', '100rel'), field('RSeq', '5')] });
    const early = await call.early(183);
    (await callee.next('PRACK')).respond(200);
    const prack = call.request('PRACK', { headers: [field('RAck', `${header(early, 'RSeq')} 1 INVITE`)] });
    expect((await prack.final()).status).toBe(200);
    answer.respond(200, { body: sdp('callee') });
    await call.answered();
    await callee.acks.next();
    const { legs } = await outcomes.next();
    const gone = once(legs?.uas as AppDialog, 'destroy');
    const bye = call.bye();
    (await callee.next('BYE')).respond(200);
    await bye;
    await gone;
  });

  stage.departure(
    'a call of its own that comes back to it through a proxy: two dialogs with one Call-ID and one From tag',
    async () => {
      const { srf, settled } = await stage.app();
      const proxy = await stage.peer();
      const answered = new Queue<AppDialog>();
      srf.invite(async (req, res) => {
        answered.push(await srf.createUAS(req, res, { localSdp: sdp('answer') }));
      });
      await settled();
      const dialing = srf.createUAC(proxy.uri, { localSdp: sdp('offer') });
      const out = await proxy.next('INVITE');
      const callId = header(out.request, 'Call-ID') ?? '';
      const tag = fromTag(out.request) ?? '';
      const back = proxy.invite(stage.server.udp, { callId, tag });
      const ok = await back.accepted();
      out.respond(180);
      out.respond(200, { body: ok.body.toString(), tag: toTag(ok) ?? '' });
      const caller = await dialing;
      await proxy.acks.next();
      const callee = await answered.next();
      back.ack();
      expect(caller.sip).toMatchObject({ callId, localTag: tag, remoteTag: toTag(ok) });
      expect(callee.sip).toMatchObject({ callId, localTag: toTag(ok), remoteTag: tag });
      expect(caller.id).not.toBe(callee.id);
      const gone = once(callee, 'destroy');
      expect((await back.bye()).status).toBe(200);
      await gone;
      expect(caller.connected).toBe(true);
      const destroyed = caller.destroy();
      (await proxy.next('BYE')).respond(200);
      await destroyed;
    },
  );
});
