/** An application has requests proxied (RFC 3261, §16): in turn, at once, staying on the path, following redirects. */
import { expect, test } from 'vitest';
import type { Application } from '../../support/drachtio/application.ts';
import { field, header, headers, type Peer, type PeerAnswer, type PeerCall, sdp } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { contract, eventually } from '../../support/drachtio/stage.ts';

type Outcome = Awaited<ReturnType<Application['proxyRequest']>>;

const statuses = (outcome: Outcome): number[] =>
  outcome.responses.flatMap(({ msgs }) => msgs.map(({ status }) => status));

/** Notes the CANCEL, and answers the INVITE as a phone does. */
const cancellable = (answer: PeerAnswer): { cancelled: boolean } => {
  const noted = { cancelled: false };
  answer.transaction.observe({
    cancelled: () => {
      noted.cancelled = true;
      answer.respond(487);
    },
  });
  return noted;
};

contract('an application proxies', stage => {
  const proxying = async (
    count: number,
    options: object = {},
    inviteOptions: object = {},
  ): Promise<{ caller: Peer; targets: Peer[]; call: PeerCall; outcomes: Queue<Outcome> }> => {
    const { srf, settled } = await stage.app();
    const caller = await stage.peer();
    const targets = await Promise.all(Array.from({ length: count }, () => stage.peer()));
    const outcomes = new Queue<Outcome>();
    srf.invite(async req => {
      outcomes.push(
        await srf.proxyRequest(
          req,
          targets.map(({ uri }) => uri),
          options,
        ),
      );
    });
    await settled();
    const call = caller.invite(stage.server.udp, inviteOptions);
    return { caller, targets, call, outcomes };
  };

  const at = (targets: readonly Peer[], index: number): Peer => {
    const peer = targets[index];
    if (peer === undefined) throw new Error('no such target');
    return peer;
  };

  test('one target: the request gets there with one hop less, the response comes back, and we are out of the way', async () => {
    const { caller, targets, call, outcomes } = await proxying(1, { headers: { 'X-Proxied': 'yes' } });
    const target = at(targets, 0);
    const answer = await target.next('INVITE');
    expect(header(answer.request, 'Max-Forwards')).toBe('69');
    expect(headers(answer.request, 'Via')).toHaveLength(2);
    expect(header(answer.request, 'Record-Route')).toBeUndefined();
    expect(header(answer.request, 'X-Proxied')).toBe('yes');
    expect(answer.request.uri).toBe(target.uri);
    answer.respond(180);
    const ringing = await call.early(180);
    expect(headers(ringing, 'Via')).toHaveLength(1);
    answer.respond(200, { body: sdp('callee') });
    expect((await call.answered()).body.toString()).toBe(sdp('callee'));
    await target.acks.next();
    const outcome = await outcomes.next();
    expect([outcome.connected, statuses(outcome)]).toEqual([true, [200]]);
    const bye = call.bye();
    const arrived = await target.next('BYE');
    expect(headers(arrived.request, 'Via')).toHaveLength(1);
    arrived.respond(200);
    expect((await bye).status).toBe(200);
    expect(caller.requests.left).toEqual([]);
  });

  test('staying on the path: ACK, re-INVITE and BYE of both sides go through us', async () => {
    const { caller, targets, call } = await proxying(1, { remainInDialog: true });
    const target = at(targets, 0);
    const answer = await target.next('INVITE');
    const route = header(answer.request, 'Record-Route') ?? '';
    expect(route).toContain(`:${stage.server.udp.port}`);
    expect(route).toContain(';lr');
    answer.respond(200, { body: sdp('callee') });
    const ok = await call.answered();
    expect(header(ok, 'Record-Route')).toBe(route);
    const ack = await target.acks.next();
    expect(headers(ack, 'Via')).toHaveLength(2);
    expect(header(ack, 'Route')).toBeUndefined();
    const changing = answer.within('INVITE', {
      headers: [field('Contact', `<${target.uri}>`)],
      body: sdp('callee2'),
      contentType: 'application/sdp',
    });
    const changed = await caller.next('INVITE');
    expect(headers(changed.request, 'Via')).toHaveLength(2);
    changed.respond(200, { body: sdp('caller2') });
    expect((await changing.final()).body.toString()).toBe(sdp('caller2'));
    const bye = call.bye();
    const arrived = await target.next('BYE');
    expect(headers(arrived.request, 'Via')).toHaveLength(2);
    arrived.respond(200);
    expect((await bye).status).toBe(200);
  });

  test('in turn: the next target when one refuses, and the others are spared', async () => {
    const { targets, call, outcomes } = await proxying(3);
    (await at(targets, 0).next('INVITE')).respond(486);
    const second = await at(targets, 1).next('INVITE');
    second.respond(200, { body: sdp('second') });
    expect((await call.answered()).body.toString()).toBe(sdp('second'));
    await at(targets, 1).acks.next();
    expect(statuses(await outcomes.next())).toEqual([486, 200]);
    expect(at(targets, 2).requests.left).toEqual([]);
    const bye = call.bye();
    (await at(targets, 1).next('BYE')).respond(200);
    await bye;
  });

  test('all refuse: the best response goes back', async () => {
    const { targets, call, outcomes } = await proxying(3);
    (await at(targets, 0).next('INVITE')).respond(503);
    (await at(targets, 1).next('INVITE')).respond(404);
    (await at(targets, 2).next('INVITE')).respond(500);
    expect((await call.invite.final()).status).toBe(404);
    const outcome = await outcomes.next();
    expect([outcome.connected, statuses(outcome)]).toEqual([false, [503, 404, 500]]);
  });

  test('at once: the first who answers has the call, the others are cancelled', async () => {
    const { targets, call, outcomes } = await proxying(3, { forking: 'simultaneous' });
    const answers = await Promise.all(targets.map(target => target.next('INVITE')));
    const noted = answers.map(cancellable);
    for (const answer of answers) answer.respond(180);
    answers[1]?.respond(200, { body: sdp('second') });
    expect((await call.answered()).body.toString()).toBe(sdp('second'));
    await at(targets, 1).acks.next();
    await outcomes.next();
    const bye = call.bye();
    (await at(targets, 1).next('BYE')).respond(200);
    await bye;
    expect(noted.map(({ cancelled }) => cancelled)).toEqual([true, false, true]);
  });

  // Upstream locks a mutex twice here, and answers nothing any more.
  stage.departure('at once: a 6xx ends it for all', async () => {
    const { targets, call } = await proxying(2, { forking: 'simultaneous' });
    const answers = await Promise.all(targets.map(target => target.next('INVITE')));
    const noted = answers.map(cancellable);
    for (const answer of answers) answer.respond(180);
    answers[0]?.respond(603);
    expect((await call.invite.final()).status).toBe(603);
    expect(noted[1]?.cancelled).toBe(true);
  });

  stage.departure('the caller cancels: so do we, and the 487 comes back', async () => {
    const { targets, call, outcomes } = await proxying(2, { forking: 'simultaneous' });
    const [rings, silent] = await Promise.all(targets.map(target => target.next('INVITE')));
    if (rings === undefined || silent === undefined) throw new Error('two targets');
    const noted = cancellable(rings);
    rings.respond(180);
    await call.early(180);
    call.invite.transaction.cancel();
    expect((await call.invite.final()).status).toBe(487);
    expect(noted.cancelled).toBe(true);
    expect((await outcomes.next()).connected).toBe(false);
    // Whoever had not said a word hears of it with the first one.
    const late = cancellable(silent);
    silent.respond(180);
    await eventually(() => late.cancelled);
  });

  stage.departure('redirects are followed when it says so, in the order of their preference', async () => {
    const { targets, call, caller } = await proxying(1, { followRedirects: true });
    const [first, second] = [await stage.peer(), await stage.peer()];
    (await at(targets, 0).next('INVITE')).respond(302, {
      headers: [field('Contact', `<${second.uri}>;q=0.1`), field('Contact', `<${first.uri}>;q=0.9`)],
    });
    (await first.next('INVITE')).respond(486);
    const answer = await second.next('INVITE');
    expect(answer.request.uri).toBe(second.uri);
    answer.respond(200, { body: sdp('second') });
    await call.answered();
    await second.acks.next();
    const bye = call.bye();
    (await second.next('BYE')).respond(200);
    await bye;
    expect(caller.requests.left).toEqual([]);
  });

  test('redirects are passed on when it does not', async () => {
    const { targets, call } = await proxying(1);
    (await at(targets, 0).next('INVITE')).respond(302, { headers: [field('Contact', '<sip:elsewhere@127.0.0.1>')] });
    const moved = await call.invite.final();
    expect([moved.status, header(moved, 'Contact')]).toEqual([302, '<sip:elsewhere@127.0.0.1>']);
  });

  test('a target that says nothing is given up after its time, and the next one is asked', async () => {
    const { targets, call } = await proxying(2, { provisionalTimeout: '50ms' });
    await at(targets, 0).next('INVITE');
    const answer = await at(targets, 1).next('INVITE');
    answer.respond(486);
    expect([408, 486]).toContain((await call.invite.final()).status);
  });

  test('a challenge goes back at once, and its answer to who asked for it', async () => {
    const { targets, call, caller, outcomes } = await proxying(2);
    (await at(targets, 0).next('INVITE')).respond(407, {
      headers: [field('Proxy-Authenticate', 'Digest realm="r", nonce="n1"')],
    });
    const challenged = await call.invite.final();
    expect([challenged.status, header(challenged, 'Proxy-Authenticate')]).toEqual([
      407,
      'Digest realm="r", nonce="n1"',
    ]);
    expect(at(targets, 1).requests.left).toEqual([]);
    await outcomes.next();
    const again = caller.invite(stage.server.udp, {
      extra: [field('Proxy-Authorization', 'Digest username="a", realm="r", nonce="n1", uri="sip:x", response="0"')],
    });
    (await at(targets, 0).next('INVITE')).respond(404);
    expect((await again.invite.final()).status).toBe(404);
    expect(at(targets, 1).requests.left).toEqual([]);
  });

  test('no hop is left: 483', async () => {
    const { srf, settled } = await stage.app();
    const caller = await stage.peer();
    const errors = new Queue<unknown>();
    srf.invite(req => {
      srf.proxyRequest(req, 'sip:127.0.0.1:1').catch(error => errors.push(error));
    });
    const request = caller.compose('INVITE', stage.server.udp, { body: sdp('caller') });
    await settled();
    const asked = caller.send({
      ...request,
      headers: request.headers.map(entry => (entry.name === 'Max-Forwards' ? field('Max-Forwards', '0') : entry)),
    });
    expect((await asked.final()).status).toBe(483);
    expect(String(await errors.next())).toMatch(/Max-Forwards/);
  });

  test.each(['OPTIONS', 'MESSAGE', 'REGISTER'])('%s, with the path recorded', async method => {
    const app = await stage.app();
    const { srf } = app;
    const [caller, target] = [await stage.peer(), await stage.peer()];
    srf[method.toLowerCase() as 'options'](req => {
      void srf.proxyRequest(req, target.uri, { remainInDialog: true });
    });
    await app.settled();
    const asked = caller.ask(method, stage.server.udp);
    const answer = await target.next(method);
    expect(header(answer.request, method === 'REGISTER' ? 'Path' : 'Record-Route')).toContain(';lr');
    answer.respond(202);
    expect((await asked.final()).status).toBe(202);
  });
});
