import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json } from '../../../src/api/answer.ts';
import { type HttpServer, openHttpServer } from '../../../src/api/server.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { FaultLog } from '../../../src/base/faults.ts';
import { silentLog } from '../../../src/base/log.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';
import { hostileBytes } from '../../support/wire/hostileBytes.ts';
import { answerIn, ask, RawHttp } from '../../support/wire/httpClient.ts';

leaveNoSocketOpen();

const open = (listen = { address: '127.0.0.1', port: 0 }): Promise<HttpServer> =>
  openHttpServer({
    clock: systemClock,
    faults: new FaultLog(systemClock, silentLog),
    listen,
    hosts: ['Ours.example'],
    routes: {
      '/well': { GET: () => json(200, { well: true }) },
      '/broken': { GET: () => Promise.reject(new Error('a secret of ours')) },
      '/do': { POST: () => json(200, { done: true }) },
    },
  });

let server: HttpServer;
beforeAll(async () => {
  server = await open();
});
afterAll(() => server.close());

const isWell = async (): Promise<void> =>
  expect(await ask(server, 'GET /well')).toMatchObject({ status: 200, body: '{"well":true}\n' });

describe.concurrent('a request', () => {
  test('that is one is answered, whatever its query; HEAD without a body', async () => {
    await isWell();
    expect(await ask(server, 'GET /well?since=1')).toMatchObject({ status: 200 });
    const head = await ask(server, 'HEAD /well');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers).toMatch(/^Content-Length: 14\r?$/im);
    expect(head.headers).toMatch(/^Cache-Control: no-store\r?$/im);
  });

  test.each([
    '/',
    '/wel',
    '/well/',
    '/constructor',
    '/__proto__',
    '*',
    '//well',
    '/../well',
    '/%77ell',
    'http://x/well',
  ])('for %s finds nothing there', async path => {
    const { status, body } = await ask(server, `GET ${path}`);
    expect([status, body]).toEqual([404, '{"error":"there is nothing here; there are /well, /broken, /do"}\n']);
  });

  test.each([
    ['POST /well', 'GET, HEAD'],
    ['DELETE /well', 'GET, HEAD'],
    ['OPTIONS /well', 'GET, HEAD'],
    ['GET /do', 'POST'],
    ['HEAD /do', 'POST'],
  ])('%s is not taken, and is told what is', async (line, allowed) => {
    const { status, headers } = await ask(server, line);
    expect(status).toBe(405);
    expect(headers).toMatch(new RegExp(`^Allow: ${allowed}\\r?$`, 'm'));
  });

  test.each([
    ['localhost', 200],
    ['LOCALHOST:80', 200],
    ['127.0.0.1', 200],
    ['127.9.9.9:1', 200],
    ['[::1]:9060', 200],
    ['ours.example:9060', 200],
    ['Ours.Example', 200],
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['ours.example.', 421],
    ['127.0.0.1:x', 421],
    ['127.0.0.1@evil.example', 421],
    ['192.0.2.1', 421],
    ['2130706433', 421],
    ['[::2]', 421],
    ['constructor', 421],
    [' ', 421],
  ])('for %s gets %i', async (host, status) => {
    const http = await RawHttp.open(server);
    http.send(`GET /well HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(answerIn(await http.closed()).status).toBe(status);
  });

  test('with two hosts is for neither, and one of HTTP/1.0 needs none', async () => {
    const two = await RawHttp.open(server);
    two.send('GET /well HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n\r\n');
    expect(answerIn(await two.closed()).status).toBe(421);
    const none = await RawHttp.open(server);
    none.send('GET /well HTTP/1.0\r\n\r\n');
    expect(answerIn(await none.closed()).status).toBe(200);
  });

  test('whose body waits to be asked for is refused without', async () => {
    const answer = await ask(server, 'POST /do', ['Content-Length: 5', 'Expect: 100-continue']);
    expect(answer.status).toBe(413);
  });

  test('of a method that nobody knows is 501', async () => {
    expect((await ask(server, 'INVENT /well')).status).toBe(501);
    expect((await ask(server, 'constructor /well')).status).toBe(501);
  });

  test('with a body is refused unread', async () => {
    expect((await ask(server, 'POST /do', ['Content-Length: 1000000'], 'x'.repeat(1_000))).status).toBe(413);
    expect((await ask(server, 'POST /do', ['Transfer-Encoding: chunked'], '1\r\nx\r\n')).status).toBe(413);
    expect((await ask(server, 'POST /do', ['Content-Length: 0'])).status).toBe(200);
  });

  test('that fails in our hands says nothing of why', async () => {
    const { status, body } = await ask(server, 'GET /broken');
    expect(status).toBe(500);
    expect(body).not.toContain('secret');
  });

  test('with a head that never ends is refused', async () => {
    expect((await ask(server, 'GET /well', [`X-Long: ${'x'.repeat(10_000)}`])).status).toBe(431);
    expect((await ask(server, `GET /${'x'.repeat(10_000)}`)).status).toBe(431);
    const many = Array.from({ length: 3_000 }, (_, n) => `X-${n}: 1`);
    expect((await ask(server, 'GET /well', many)).status).toBe(431);
    await isWell();
  });

  test.each([
    ['no HTTP', 'INVITE sip:10@kozpont SIP/2.0\r\n\r\n'],
    ['garbage', '\u0000\u0001\u0002\u00ff\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0000\u0005hello'],
    ['without a Host', 'GET /well HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['with two lengths', 'POST /do HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'with a length and chunks',
      'POST /do HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'],
  ])('that is none (%s) ends the connection', async (_, text) => {
    const http = await RawHttp.open(server);
    http.send(text);
    const { status } = answerIn(await http.closed());
    expect(status).toBeOneOf([400, 501, 0]);
    await isWell();
  });

  test('with hostile text anywhere changes nothing', async () => {
    for (const text of hostileBytes) {
      for (const request of [
        `GET /${text} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
        `GET /well HTTP/1.1\r\nHost: ${text}\r\nUser-Agent: ${text}\r\nConnection: close\r\n\r\n`,
      ]) {
        const http = await RawHttp.open(server);
        http.send(request);
        const answer = await http.closed();
        expect(answerIn(answer).status).toBeOneOf([400, 404, 421, 431]);
        expect(answer).not.toMatch(/X-Injected|<script|system\(/);
      }
    }
    await isWell();
  });

  test('that does not come to its end is not waited for', async () => {
    const slow = await RawHttp.open(server);
    slow.send('GET /well HTTP/1.1\r\nHo');
    const silent = await RawHttp.open(server);
    expect(answerIn(await slow.closed()).status).toBe(408);
    await silent.closed();
    await isWell();
  });
});

describe('the server', () => {
  test('says which address it cannot have', async () => {
    const { port } = server;
    const message = expect.stringContaining(`127.0.0.1:${port}`);
    await expect(open({ address: '127.0.0.1', port })).rejects.toMatchObject({ code: 'API_ADDRESS_IN_USE', message });
    await expect(open({ address: '192.0.2.1', port: 0 })).rejects.toMatchObject({ code: 'API_ADDRESS_IN_USE' });
    await isWell();
  });

  test('has room for one more, whoever holds how many', async () => {
    const own = await open();
    const waiting = await Promise.all(Array.from({ length: 120 }, () => RawHttp.open(own)));
    for (const http of waiting) http.send('GET /well HTTP/1.1\r\nHo');
    expect(await ask(own, 'GET /well')).toMatchObject({ status: 200 });
    // Those who have waited longest have gone, and no more than that.
    await Promise.all(waiting.slice(0, 71).map(http => http.closed()));
    expect(waiting.filter(({ isOver }) => !isOver)).toHaveLength(49);
    for (const http of waiting) http.destroy();
    await own.close();
  });

  test('closes with connections open, and is closed once', async () => {
    const own = await open();
    const kept = await RawHttp.open(own);
    kept.send('GET /well HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await kept.until(text => text.endsWith('}\n'));
    const silent = await RawHttp.open(own);
    await Promise.all([own.close(), own.close()]);
    await Promise.all([kept.closed(), silent.closed()]);
  });
});
