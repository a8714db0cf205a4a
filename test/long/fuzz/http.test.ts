/** The API's HTTP, as a server on loopback: whatever comes, it is answered or cut off, and goes on. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json } from '../../../src/api/answer.ts';
import { type HttpServer, openHttpServer } from '../../../src/api/server.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { FaultLog } from '../../../src/base/faults.ts';
import { silentLog } from '../../../src/base/log.ts';
import { mutated } from '../../support/fuzz/mutations.ts';
import { campaign, prototypeNames } from '../../support/fuzz/words.ts';
import { ask, RawHttp } from '../../support/wire/httpClient.ts';

const faults = new FaultLog(systemClock, silentLog);
let server: HttpServer;
beforeAll(async () => {
  server = await openHttpServer({
    clock: systemClock,
    faults,
    listen: { address: '127.0.0.1', port: 0 },
    routes: { '/well': { GET: () => json(200, { well: true }) }, '/do': { POST: () => json(200, {}) } },
  });
});
afterAll(() => server.close());

const seeds = [
  'GET /well HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
  'POST /do HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n\r\n{}',
  'HEAD /well?a=b HTTP/1.0\r\n\r\n',
  'GET /well HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
].map(text => Buffer.from(text));
const words = [
  ...prototypeNames,
  ...prototypeNames.map(name => `GET /${name} HTTP/1.1\r\n`),
  ...prototypeNames.map(name => `\r\n${name}: 1\r\n`),
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: -1\r\n',
  'Upgrade: websocket\r\nConnection: Upgrade\r\n',
  'Expect: 100-continue\r\n',
  'http://a/',
  '//',
  '/../',
];

it('requests that were mangled are answered or cut off, and cost no other one', async () => {
  const runs = campaign('HTTP', 2_000);
  await fc.assert(
    fc.asyncProperty(mutated(seeds, words), async bytes => {
      const http = await RawHttp.open(server);
      http.send(bytes.toString('latin1'));
      // A request that is not whole yet is waited for: it is ended here.
      http.send('\r\n\r\n');
      const answered = await Promise.race([
        http.until(text => text.includes('\r\n\r\n')).catch(() => {}),
        new Promise<void>(resolve => systemClock.after(20, resolve)),
      ]);
      expect(answered).toBeUndefined();
      if (http.received !== '') expect(http.received).toMatch(/^HTTP\/1\.1 \d{3} /);
      http.destroy();
    }),
    runs,
  );
  expect(await ask(server, 'GET /well')).toMatchObject({ status: 200 });
  expect([...faults.counts]).toEqual([]);
}, 1_200_000);
