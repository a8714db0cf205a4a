/** Who decides where a request goes: web callbacks, and applications that listen instead of connecting. */
import { createServer } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import Srf from 'drachtio-srf';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { type Drachtiod, startDrachtiod } from '../../../src/embedded/drachtiod/drachtiod.ts';
import { parseDecision } from '../../../src/embedded/drachtiod/routing/decision.ts';
import { RequestHandlers } from '../../../src/embedded/drachtiod/routing/requestHandlers.ts';
import {
  type AppDialog,
  type Application,
  type ConnectedApplication,
  connectApplication,
  once,
} from '../../support/drachtio/application.ts';
import { header, headers, Peer, sdp } from '../../support/drachtio/peer.ts';
import { Queue } from '../../support/drachtio/queue.ts';
import { testSecret } from '../../support/drachtio/server.ts';
import { eventually } from '../../support/drachtio/stage.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A web server that decides; what it was asked comes out of the queue. */
const deciding = async (decide: (asked: URL) => unknown): Promise<{ url: string; asked: Queue<URL> }> => {
  const asked = new Queue<URL>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    asked.push(url);
    const answer = decide(url);
    if (answer === undefined) return;
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}/route?key=1`, asked };
};

const start = async (url: string, method = '*'): Promise<{ server: Drachtiod; at: { host: string; port: number } }> => {
  const server = await startDrachtiod({
    clock: systemClock,
    log: silentLog,
    contacts: [{ protocol: 'udp', address: '127.0.0.1', port: 0 }],
    admin: { host: '127.0.0.1', port: 0, secret: testSecret },
    requestHandlers: [{ method, url }],
  });
  closing.push(() => server.close());
  return { server, at: { host: '127.0.0.1', port: server.contacts[0]?.port ?? 0 } };
};

const openPeer = async (): Promise<Peer> => {
  const peer = await Peer.open();
  closing.push(() => peer.close());
  return peer;
};

const openApp = async (server: Drachtiod, tags: readonly string[] = []): Promise<ConnectedApplication> => {
  const app = await connectApplication({ host: '127.0.0.1', port: server.adminPort, secret: testSecret }, tags);
  closing.push(() => app.close());
  return app;
};

const answer = (app: ConnectedApplication, name: string): Promise<void> => {
  app.srf.options((_req, res) => res.send(200, { headers: { 'X-Answered-By': name } }));
  return app.settled();
};

describe('a web callback', () => {
  test('is told the facts of the request, and chooses the application by its tag', async () => {
    const { url, asked } = await deciding(() => ({ action: 'route', data: { tag: 'red' } }));
    const { server, at } = await start(url);
    await answer(await openApp(server, ['blue']), 'blue');
    await answer(await openApp(server, ['green', 'red']), 'red');
    const peer = await openPeer();
    const asking = peer.ask('OPTIONS', at, { user: '1234' });
    const facts = Object.fromEntries((await asked.next()).searchParams);
    expect(facts).toMatchObject({
      key: '1',
      method: 'OPTIONS',
      domain: '127.0.0.1',
      protocol: 'udp',
      source_address: '127.0.0.1',
      fromUser: 'peer',
      toUser: '1234',
      uriUser: '1234',
    });
    expect(header(await asking.final(), 'X-Answered-By')).toBe('red');
    expect(header(await peer.ask('OPTIONS', at).final(), 'X-Answered-By')).toBe('red');
  });

  test.each([
    ['no application has the tag', { action: 'route', data: { tag: 'none' } }, 480],
    ['it refuses', { action: 'reject', data: { status: 604, reason: 'Nobody\r\nX: 1' } }, 604],
    ['it makes no sense', { action: 'dance', data: {} }, 500],
    ['it answers with something else', '<html>', 500],
    ['nobody listens where it sends us', { action: 'route', data: { uri: '127.0.0.1:1' } }, 480],
  ])('%s', async (_title, decision, status) => {
    const { url } = await deciding(() => decision);
    const { at } = await start(url);
    const peer = await openPeer();
    const refused = await peer.invite(at).invite.final();
    expect([refused.status, headers(refused, 'X')]).toEqual([status, []]);
  });

  test('redirects', async () => {
    const { url } = await deciding(() => ({
      action: 'redirect',
      data: { contact: ['sip:a@127.0.0.1', '<sip:b@127.0.0.1>'] },
    }));
    const { at } = await start(url);
    const moved = await (await openPeer()).invite(at).invite.final();
    expect([moved.status, headers(moved, 'Contact')]).toEqual([302, ['<sip:a@127.0.0.1>', '<sip:b@127.0.0.1>']]);
  });

  test('has it proxied', async () => {
    const target = await openPeer();
    const { url } = await deciding(() => ({ action: 'proxy', data: { destination: target.uri, recordRoute: true } }));
    const { at } = await start(url);
    const caller = await openPeer();
    const call = caller.invite(at);
    const arrived = await target.next('INVITE');
    expect(header(arrived.request, 'Record-Route')).toContain(';lr');
    arrived.respond(486);
    expect((await call.invite.final()).status).toBe(486);
  });

  test('is too slow for the caller, who cancels', async () => {
    const { url, asked } = await deciding(() => undefined);
    const { server, at } = await start(url);
    const peer = await openPeer();
    const call = peer.invite(at);
    await asked.next();
    await call.invite.next(100);
    call.invite.transaction.cancel();
    expect((await call.invite.final()).status).toBe(487);
    expect(server.stats().incoming).toBe(0);
  });

  test('cannot be reached: 500', async () => {
    const { at } = await start('http://127.0.0.1:1/');
    expect((await (await openPeer()).invite(at).invite.final()).status).toBe(500);
  });

  test('is asked for its own method alone', async () => {
    const { url } = await deciding(() => ({ action: 'reject', data: { status: 403 } }));
    const { server, at } = await start(url, 'INVITE');
    await answer(await openApp(server), 'anybody');
    const peer = await openPeer();
    expect((await peer.invite(at).invite.final()).status).toBe(403);
    expect(header(await peer.ask('OPTIONS', at).final(), 'X-Answered-By')).toBe('anybody');
  });

  test('that never answers is waited for 5 seconds', async () => {
    const { url, asked } = await deciding(() => undefined);
    const clock = new VirtualClock();
    const handlers = new RequestHandlers(clock, [{ method: '*', url }]);
    const request = (await openPeer()).compose('OPTIONS', { host: '127.0.0.1', port: 1 }, {});
    const source = { protocol: 'udp', address: '127.0.0.1', port: 1, listener: '', receivedAt: 0 } as const;
    const outcome = handlers.ask(url, request, source);
    await asked.next();
    expect(clock.armed).toBe(1);
    clock.advance(5_000);
    expect(await outcome).toEqual({ ok: false, error: 'no answer within 5000 ms' });
    expect(clock.armed).toBe(0);
  });
});

describe('an application that listens', () => {
  const listening = async (
    secret = testSecret,
  ): Promise<{ srf: Application; port: number; connections: Set<Socket> }> => {
    const srf = new (Srf as unknown as new () => Application)();
    const server = (srf as unknown as { listen(options: object): Server }).listen({
      port: 0,
      host: '127.0.0.1',
      secret,
    });
    const connections = new Set<Socket>();
    server.on('connection', socket => {
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
    });
    await once(server, 'listening');
    closing.push(() => {
      for (const socket of connections) socket.destroy();
      server.close();
    });
    return { srf, port: (server.address() as { port: number }).port, connections };
  };

  test('is connected to for a call, and for the next one', async () => {
    const { srf, port, connections } = await listening();
    const { server, at } = await start(`tcp://127.0.0.1:${port}`);
    const dialogs = new Queue<AppDialog>();
    srf.invite(async (req, res) => {
      dialogs.push(await srf.createUAS(req, res, { localSdp: sdp('app') }));
    });
    const peer = await openPeer();
    expect(connections.size).toBe(0);
    for (let i = 0; i < 2; i += 1) {
      const call = peer.invite(at);
      const dialog = await dialogs.next();
      await call.answered();
      const gone = once(dialog, 'destroy');
      expect((await call.bye()).status).toBe(200);
      await gone;
    }
    expect([connections.size, server.stats().applications]).toEqual([2, 2]);
  });

  test('with a wrong secret: 480', async () => {
    const { port } = await listening('another one');
    const { server, at } = await start(`tcp://127.0.0.1:${port}`);
    expect((await (await openPeer()).invite(at).invite.final()).status).toBe(480);
    await eventually(() => server.stats().applications === 0);
  });

  test('whose port is somebody else’s, who says nothing: nothing is left when we close', async () => {
    let accepted = 0;
    const silent = createTcpServer(() => {
      accepted += 1;
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const { server, at } = await start(`tcp://127.0.0.1:${port}`);
    const call = (await openPeer()).invite(at);
    await call.invite.next(100);
    await eventually(() => accepted === 1);
    await server.close();
    expect(server.stats().applications).toBe(0);
    await new Promise(resolve => silent.close(resolve));
  });
});

describe('a decision', () => {
  const fault = (json: string): string => {
    const decision = parseDecision(json);
    return decision.ok ? 'no fault' : decision.error;
  };

  test.each([
    ['{"action":"reject","data":{"status":200}}', /no status/],
    ['{"action":"reject","data":{"status":"486"}}', /no status/],
    ['{"action":"proxy","data":{}}', /destination/],
    ['{"action":"proxy","data":{"destination":[1]}}', /destination/],
    ['{"action":"redirect","data":{"contact":[]}}', /contact/],
    ['{"action":"route","data":{}}', /neither/],
    ['{"action":"route","data":{"uri":"host"}}', /no place/],
    ['{"action":"route","data":{"uri":"host:1;transport=tls"}}', /tcp alone/],
    ['{"action":"route"}', /data/],
    ['[]', /object/],
    ['null', /object/],
    ['nonsense', /no JSON/],
  ])('%s is none', (json, reason) => {
    expect(fault(json)).toMatch(reason);
  });

  test('to proxy has the times of drachtio-server where it says none', () => {
    expect(parseDecision('{"action":"proxy","data":{"destination":"sip:a@b"}}')).toEqual({
      ok: true,
      value: {
        kind: 'proxy',
        recordRoute: false,
        followRedirects: true,
        forking: 'serial',
        provisionalTimeout: 5_000,
        finalTimeout: 60_000,
        destinations: ['sip:a@b'],
      },
    });
  });

  test('a handler that is none', () => {
    for (const url of ['ftp://x', 'tcp://x', 'http://', 'x']) {
      expect(() => new RequestHandlers(new VirtualClock(), [{ method: '*', url }])).toThrow(/handles no requests/);
    }
  });
});
