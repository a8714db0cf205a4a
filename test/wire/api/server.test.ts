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
    ['with two lengths', 'POST /do HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'with a length and chunks',
      'POST /do HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n'],
  ])('that is none (%s) ends the connection', async (_, text) => {
    const http = await RawHttp.open(server);
    http.send(text);
    const { status } = answerIn(await http.closed());
    expect(status).toBeOneOf([400, 0]);
    await isWell();
  });

  test('with hostile text anywhere changes nothing', async () => {
    for (const text of hostileBytes) {
      for (const request of [
        `GET /${text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
        `GET /well HTTP/1.1\r\nHost: ${text}\r\nUser-Agent: ${text}\r\nConnection: close\r\n\r\n`,
      ]) {
        const http = await RawHttp.open(server);
        http.send(request);
        const answer = await http.closed();
        expect(answerIn(answer).status).toBeOneOf([200, 400, 404, 431]);
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

  test('has room for so many connections, and for others when those have gone', async () => {
    const own = await open();
    const all = await Promise.all(Array.from({ length: 150 }, () => RawHttp.open(own)));
    await Promise.all(all.slice(100).map(http => http.closed()));
    expect(all.filter(({ isOver }) => !isOver)).toHaveLength(100);
    for (const http of all) http.destroy();
    for (;;) {
      const http = await RawHttp.open(own);
      http.send('GET /well HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      if (answerIn(await http.closed()).status === 200) break;
    }
    await own.close();
  });

  test('closes with connections open, and is closed once', async () => {
    const own = await open();
    const kept = await RawHttp.open(own);
    kept.send('GET /well HTTP/1.1\r\nHost: x\r\n\r\n');
    await kept.until(text => text.endsWith('}\n'));
    const silent = await RawHttp.open(own);
    await Promise.all([own.close(), own.close()]);
    await Promise.all([kept.closed(), silent.closed()]);
  });
});
