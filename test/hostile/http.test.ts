/** HTTP by a stranger: the supervisor's question is answered all the time, and the call hears nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { answerIn, ask, RawHttp } from '../support/wire/httpClient.ts';
import { besideACall } from './support/besideACall.ts';

const lives = async (api: { address: string; port: number }): Promise<void> => {
  const start = performance.now();
  expect((await ask(api, 'GET /healthz')).status).toBe(200);
  expect(performance.now() - start).toBeLessThan(4_000);
};

describe('strangers over HTTP', () => {
  test(
    'hold connections, send a byte at a time, and read nothing',
    besideACall(async ({ switchboard: { api }, sound }) => {
      const held: RawHttp[] = [];
      for (let round = 0; round < 8; round++) {
        const more = await Promise.all(Array.from({ length: 50 }, () => RawHttp.open(api)));
        for (const [at, http] of more.entries()) http.send(['', 'G', 'GET /metrics HTTP/1.1\r\nHost: '][at % 3] ?? '');
        held.push(...more);
        await lives(api);
      }
      for (let at = 0; at < 30; at++) {
        const http = await RawHttp.open(api);
        http.send('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(200));
        held.push(http);
      }
      await lives(api);
      await sound();
      for (const http of held) http.destroy();
    }),
  );

  test(
    'send what is no request of ours',
    besideACall(async ({ switchboard: { api } }) => {
      const bodies = ['POST /drain', 'GET /healthz'].flatMap(line => [
        `${line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n${'x'.repeat(60_000)}`,
        `${line} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n${'x'.repeat(60_000)}`,
        `${line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x`,
        `${line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1\r\n\r\nx`,
        `${line} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
        `${line} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
        `${line} HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n`,
      ]);
      const others = [
        'CONNECT evil.example:25 HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'constructor /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
        `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(20_000)}\r\n`,
        'GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n',
        'GET http://evil.example/metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n',
        'GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
        'POST /drain HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n',
        `POST /drain HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer${' '.repeat(7_000)}\r\n\r\n`,
        '\u0016\u0003\u0001\u0002\u0000\u0001',
        'OPTIONS sip:10@h SIP/2.0\r\n\r\n',
      ];
      for (const text of [...bodies, ...others]) {
        const http = await RawHttp.open(api);
        http.send(text);
        await Promise.race([http.until(all => all.includes('\r\n\r\n')).catch(() => {}), sleep(500)]);
        const { status, body } = answerIn(http.received);
        // Nothing of the sort is taken for a question of the supervisor's; an upgrade is one that is not upgraded.
        if (!text.includes('Upgrade')) expect(status, text.slice(0, 80)).not.toBe(200);
        expect(body).not.toContain('kozpont_');
        http.destroy();
        await lives(api);
      }
    }),
  );

  test(
    'ask without end',
    besideACall(async ({ switchboard: { api }, sound }) => {
      const until = performance.now() + 2_000;
      const asking = Array.from({ length: 8 }, async () => {
        while (performance.now() < until) {
          expect([200, 429]).toContain((await ask(api, 'GET /metrics')).status);
        }
      });
      await Promise.all(asking);
      await sound();
      await sleep(1_000);
      await lives(api);
    }),
  );
});
