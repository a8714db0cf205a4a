import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createSipStack } from '../../../src/embedded/sip/createStack.ts';
import { responseTo } from '../../../src/embedded/sip/responseTo.ts';
import type { SipStack } from '../../../src/embedded/sip/stack.ts';
import { optionsText, rawConnection, rawUdp } from '../../support/sip/wire.ts';

const folder = process.env.KOZPONT_TORTURE;
const names = folder === undefined ? ['each message'] : readdirSync(folder).filter(name => name.endsWith('.dat'));
const title =
  folder === undefined
    ? "RFC 4475's messages at the stack (skipped: KOZPONT_TORTURE is not set)"
    : "RFC 4475's messages at the stack";

describe.skipIf(folder === undefined)(title, () => {
  let stack: SipStack;
  let port: number;
  let threw = 0;
  beforeAll(async () => {
    stack = createSipStack({
      clock: systemClock,
      log: silentLog,
      listeners: [
        { protocol: 'udp', address: '127.0.0.1', port: 0 },
        { protocol: 'tcp', address: '127.0.0.1', port: 0 },
      ],
      core: {
        request: transaction => {
          try {
            transaction.respond(responseTo(transaction.request, 200, { toTag: 'b' }));
          } catch {
            threw++;
          }
        },
        ack: () => {},
      },
    });
    port = (await stack.listen())[0]?.port ?? 0;
  });
  afterAll(() => stack.close());

  it.each(names)('%s over UDP is answered or dropped, and the next request is heard', async name => {
    const raw = await rawUdp(port);
    await raw.send(readFileSync(join(folder ?? '', name)));
    const id = `udp-${name}`;
    await raw.send(optionsText(id, 'UDP', raw.port));
    expect(await raw.read(new RegExp(`Call-ID: ${id}`))).toMatch(/^SIP\/2.0 200 OK/);
    expect(threw).toBe(0);
    await raw.close();
  });

  it.each(names)('%s over TCP, byte by byte, is answered, dropped or ends its connection', async name => {
    const broken = await rawConnection(port);
    for (const byte of readFileSync(join(folder ?? '', name))) broken.socket.write(Buffer.of(byte));
    broken.socket.end();
    await broken.closed;
    const next = await rawConnection(port);
    next.socket.write(optionsText(`tcp-${name}`, 'TCP', 5060));
    expect(await next.read(`Call-ID: tcp-${name}`)).toMatch(/^SIP\/2.0 200 OK/);
    next.socket.destroy();
    await next.closed;
    expect(threw).toBe(0);
  });
});
