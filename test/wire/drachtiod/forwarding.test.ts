/** What is forwarded: the requests of dialogs that an application has record-routed, to those who take part in them. */
import { afterEach, describe, expect, test } from 'vitest';
import { randomId } from '../../../src/base/ids.ts';
import { type ConnectedApplication, connectApplication } from '../../support/drachtio/application.ts';
import { field, Peer, type PeerAnswer, type PeerCall, sdp } from '../../support/drachtio/peer.ts';
import { openDrachtiod, type ServerUnderTest } from '../../support/drachtio/server.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const started = async (): Promise<{ server: ServerUnderTest; app: ConnectedApplication }> => {
  const server = await openDrachtiod();
  open.push(server);
  const app = await connectApplication(server);
  open.push(app);
  return { server, app };
};

const peer = async (protocol: 'udp' | 'tcp' = 'udp'): Promise<Peer> => {
  const opened = await Peer.open({ protocol });
  open.push(opened);
  return opened;
};

const routesTo = ({ udp }: ServerUnderTest): readonly (readonly [string, readonly string[]])[] => [
  ['our address', [`<sip:${udp.host}:${udp.port};lr>`]],
  ['our address twice', [`<sip:${udp.host}:${udp.port};lr>`, `<sip:${udp.host}:${udp.port};transport=tcp;lr>`]],
  ['our address by a strict route', [`<sip:${udp.host}:${udp.port}>`]],
];

const methods = ['INVITE', 'BYE', 'UPDATE', 'PRACK', 'REFER', 'NOTIFY', 'INFO', 'MESSAGE', 'OPTIONS', 'SUBSCRIBE', 'X'];

/** What the methods above need to be well formed. */
const needed = [
  field('RAck', '1 1 INVITE'),
  field('Refer-To', '<sip:102@127.0.0.1>'),
  field('Event', 'check-sync'),
  field('Subscription-State', 'active'),
];

describe.each(['udp', 'tcp'] as const)('a stranger over %s', protocol => {
  test('has nothing forwarded: not by any method, not by any Route, with a To tag or without', async () => {
    const { server, app } = await started();
    // An application that wants everything, and refuses all of it.
    for (const method of ['invite', 'refer', 'notify', 'info', 'message', 'options', 'subscribe'] as const) {
      app.srf[method]((_req, res) => res.send(403));
    }
    await app.settled();
    const stranger = await peer(protocol);
    const victims = [await peer('udp'), await peer('tcp')];
    const at = protocol === 'tcp' ? (server.tcp ?? expect.fail()) : server.udp;
    const target = `sip:${at.host}:${at.port};transport=${protocol}`;
    for (const victim of victims) {
      for (const [what, routes] of routesTo(server)) {
        const lists = [routes, [...routes, `<${victim.uri};lr>`], [...routes, `<${victim.uri}>`]];
        for (const method of methods) {
          for (const list of lists) {
            for (const uri of [victim.uri, `sip:${at.host}:${at.port};lr`]) {
              const request = stranger.compose(method, at, {
                uri,
                toTag: 'forged',
                extra: [...needed, ...list.map(value => field('Route', value))],
              });
              const { status } = await stranger.send(request, target).final();
              expect([what, method, uri, status]).toEqual([what, method, uri, 481]);
            }
          }
        }
        const untagged = stranger.compose('MESSAGE', at, { uri: victim.uri, extra: [field('Route', routes[0] ?? '')] });
        expect((await stranger.send(untagged, target).final()).status).toBe(403);
        const ack = stranger.compose('ACK', at, {
          uri: victim.uri,
          toTag: 'forged',
          extra: routes.map(value => field('Route', value)),
        });
        await stranger.stack.send(ack, { target });
      }
      // What was sent before has been handled.
      await stranger.send(stranger.compose('OPTIONS', at, {}), target).final();
      expect([victim.requests.left, victim.acks.left]).toEqual([[], []]);
      expect(victim.stack.counts.received + victim.stack.counts.connections).toBe(0);
    }
  }, 60_000);
});

describe('a dialog that an application has record-routed', () => {
  const proxied = async (): Promise<{
    server: ServerUnderTest;
    caller: Peer;
    callee: Peer;
    call: PeerCall;
    answer: PeerAnswer;
  }> => {
    const { server, app } = await started();
    const [caller, callee] = [await peer(), await peer()];
    app.srf.invite(req => {
      void app.srf.proxyRequest(req, callee.uri, { remainInDialog: true });
    });
    await app.settled();
    const call = caller.invite(server.udp);
    const answer = await callee.next('INVITE');
    answer.respond(200, { body: sdp('callee') });
    await call.answered();
    await callee.acks.next();
    return { server, caller, callee, call, answer };
  };

  test('carries the requests of both sides, until its BYE', async () => {
    const { callee, caller, call, answer } = await proxied();
    for (const method of ['INFO', 'NOTIFY', 'MESSAGE', 'OPTIONS', 'UPDATE', 'REFER']) {
      const there = call.request(method, { headers: needed });
      (await callee.next(method)).respond(200);
      expect((await there.final()).status).toBe(200);
      const back = answer.within(method, { headers: needed });
      (await caller.next(method)).respond(200);
      expect((await back.final()).status).toBe(200);
    }
    const bye = call.bye();
    (await callee.next('BYE')).respond(200);
    expect((await bye).status).toBe(200);
  });

  test('carries nobody else, and no one to a third party', async () => {
    const { server, caller, callee, call, answer } = await proxied();
    const victim = await peer();
    const route = field('Route', `<sip:${server.udp.host}:${server.udp.port};lr>`);
    const { callId, localTag, remoteTag } = call.dialog ?? expect.fail();
    const forged = [
      { callId, tag: randomId(4), toTag: remoteTag ?? '' },
      { callId, tag: localTag, toTag: randomId(4) },
      { callId: randomId(), tag: localTag, toTag: remoteTag ?? '' },
    ];
    for (const identity of forged) {
      for (const method of ['BYE', 'INVITE', 'NOTIFY', 'INFO']) {
        const request = victim.compose(method, server.udp, {
          ...identity,
          uri: callee.uri,
          extra: [...needed, route],
          sequence: 9,
        });
        expect((await victim.send(request).final()).status).toBe(481);
      }
    }
    // One who takes part, and aims elsewhere.
    const own = { callId, tag: localTag, toTag: remoteTag ?? '', extra: [route], sequence: 9 };
    const aimed = caller.compose('MESSAGE', server.udp, { ...own, uri: victim.uri });
    expect((await caller.send(aimed).final()).status).toBe(481);
    await caller.stack.send(caller.compose('ACK', server.udp, { ...own, uri: victim.uri }));
    expect([victim.requests.left, victim.acks.left, callee.requests.left]).toEqual([[], [], []]);
    const bye = answer.bye();
    (await caller.next('BYE')).respond(200);
    expect((await bye).status).toBe(200);
  });
});
