import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createSipStack } from '../../../src/embedded/sip/createStack.ts';
import { requestWithin } from '../../../src/embedded/sip/dialogs/requests.ts';
import { responseTo } from '../../../src/embedded/sip/responseTo.ts';
import type { RequestOptions, ServerTransaction, SipStack } from '../../../src/embedded/sip/stack.ts';
import { sendInvite } from '../../../src/embedded/sip/userAgent/inviteClient.ts';
import { field, header, withHeader } from '../../../src/sip/grammar/headers.ts';
import type { SipRequest } from '../../../src/sip/message.ts';
import { requestTo } from '../../support/sip/party.ts';
import { optionsText, rawConnection, type WireParty, wireParty } from '../../support/sip/wire.ts';

const parties: WireParty[] = [];
afterEach(async () => {
  const stacks = parties.splice(0).map(({ stack }) => stack);
  await Promise.all(stacks.map(stack => stack.close()));
  for (const stack of stacks) {
    expect(stack.addresses).toEqual([]);
    expect(stack.counts).toMatchObject({ clientTransactions: 0, serverTransactions: 0, connections: 0 });
  }
});

async function party(options?: Parameters<typeof wireParty>[0]): Promise<WireParty> {
  const made = await wireParty(options);
  parties.push(made);
  return made;
}

const answer = (status: number) => (transaction: ServerTransaction) => {
  transaction.respond(responseTo(transaction.request, status, { toTag: 'b' }));
};

/** Settles with the final status, or the kind of failure. */
function asking(stack: SipStack, request: SipRequest, options?: RequestOptions): Promise<number | string> {
  return new Promise(resolve => {
    stack.request(
      request,
      { response: ({ status }) => status >= 200 && resolve(status), failed: ({ kind }) => resolve(kind) },
      options,
    );
  });
}

describe.each(['udp', 'tcp'] as const)('a call over %s', protocol => {
  it('is set up, acknowledged and ended', async () => {
    const [a, b] = [await party(), await party()];
    const contact = field('Contact', `<sip:b@127.0.0.1:${b.port};transport=${protocol}>`);
    b.onRequest = transaction => {
      if (transaction.request.method === 'INVITE') {
        transaction.respond(responseTo(transaction.request, 180, { toTag: 'b', headers: [contact] }));
        transaction.respond(responseTo(transaction.request, 200, { toTag: 'b', headers: [contact] }));
      } else answer(200)(transaction);
    };
    const words: string[] = [];
    const ended = await new Promise<number>((resolve, reject) => {
      sendInvite(a.stack, requestTo('INVITE', `sip:b@127.0.0.1:${b.port};transport=${protocol}`), {
        provisional: ({ status }) => words.push(String(status)),
        accepted: call => {
          words.push('accepted');
          call.acknowledge();
          const { request, target } = requestWithin(call.dialog, 'BYE');
          a.stack.request(request, { response: ({ status }) => resolve(status), failed: reject }, { target });
        },
        refused: reject,
        failed: reject,
      });
    });
    expect(words).toEqual(['180', 'accepted']);
    expect(ended).toBe(200);
    await vi.waitFor(() => expect(b.acks).toHaveLength(1));
    expect(b.requests.map(({ request, source }) => [request.method, source.protocol])).toEqual([
      ['INVITE', protocol],
      ['BYE', protocol],
    ]);
    expect(b.stack.counts.connections).toBe(protocol === 'tcp' ? 1 : 0);
  });
});

describe('listening', () => {
  it('takes one port for both protocols', async () => {
    const { stack } = await party();
    expect(stack.addresses.map(({ protocol }) => protocol)).toEqual(['udp', 'tcp']);
    expect(new Set(stack.addresses.map(({ port }) => port)).size).toBe(1);
  });

  it.each(['udp', 'tcp'] as const)('says which %s port is taken, and opens nothing then', async protocol => {
    const { port } = await party();
    const listeners = [
      { protocol: 'udp', address: '127.0.0.1', port: 0 },
      { protocol, address: '127.0.0.1', port },
    ] as const;
    const stack = createSipStack({
      clock: systemClock,
      log: silentLog,
      listeners,
      core: { request: () => {}, ack: () => {} },
    });
    await expect(stack.listen()).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: expect.stringContaining(`${protocol} 127.0.0.1:${port} is taken`),
    });
    expect(stack.addresses).toEqual([]);
  });
});

describe('addresses', () => {
  const six = Object.values(networkInterfaces()).some(entries => entries?.some(({ address }) => address === '::1'));

  it.for([
    ['0.0.0.0', '127.0.0.1'],
    ['::1', '[::1]'],
    ['::', '[::1]'],
  ] as const)('bound to %s: called from %s, the Via says where answers reach us', async ([address, host], { skip }) => {
    skip(address.includes(':') && !six, 'this machine has no IPv6 on its loopback');
    const listeners = [
      { protocol: 'udp', address, port: 0 },
      { protocol: 'tcp', address, port: 0 },
    ] as const;
    const [a, b] = [await party({ listeners }), await party({ listeners })];
    b.onRequest = answer(200);
    for (const protocol of ['udp', 'tcp']) {
      const uri = `sip:b@${host}:${b.port};transport=${protocol}`;
      expect(await asking(a.stack, requestTo('OPTIONS', uri))).toBe(200);
    }
    for (const { request } of b.requests) expect(header(request, 'Via')).toContain(` ${host}:${a.port};`);
    expect(b.requests).toHaveLength(2);
  });
});

describe('large requests', () => {
  const body = Buffer.alloc(2000, 'x');

  it('go by TCP', async () => {
    const [a, b] = [await party(), await party()];
    b.onRequest = answer(200);
    expect(await asking(a.stack, requestTo('MESSAGE', `sip:b@127.0.0.1:${b.port}`, { body }))).toBe(200);
    expect(b.requests.map(({ source }) => source.protocol)).toEqual(['tcp']);
    expect(b.requests[0]?.request.body.equals(body)).toBe(true);
  });

  it('go by UDP where TCP is refused', async () => {
    const a = await party();
    const b = await party({ listeners: [{ protocol: 'udp', address: '127.0.0.1', port: 0 }] });
    b.onRequest = answer(200);
    expect(await asking(a.stack, requestTo('MESSAGE', `sip:b@127.0.0.1:${b.port}`, { body }))).toBe(200);
    expect(b.requests.map(({ source }) => source.protocol)).toEqual(['udp']);
  });
});

describe('connections', () => {
  it('are used again, in both directions (RFC 5923)', async () => {
    const [a, b] = [await party(), await party()];
    a.onRequest = answer(200);
    b.onRequest = answer(200);
    const toB = `sip:b@127.0.0.1:${b.port};transport=tcp`;
    expect(await asking(a.stack, requestTo('OPTIONS', toB))).toBe(200);
    expect(await asking(a.stack, requestTo('OPTIONS', toB))).toBe(200);
    expect(await asking(b.stack, requestTo('OPTIONS', `sip:a@127.0.0.1:${a.port};transport=tcp`))).toBe(200);
    const source = b.requests[0]?.source ?? expect.fail();
    expect(await asking(b.stack, requestTo('OPTIONS', 'sip:a@invalid'), { target: source })).toBe(200);
    expect([a.stack.counts.connections, b.stack.counts.connections]).toEqual([1, 1]);
    expect(a.requests).toHaveLength(2);
  });

  it('that are refused fail the request at once', async () => {
    const [a, b] = [await party(), await party()];
    const { port } = b;
    await b.stack.close();
    expect(await asking(a.stack, requestTo('INVITE', `sip:b@127.0.0.1:${port};transport=tcp`))).toBe('transport');
  });

  it('that the far end closes fail what waits on them', async () => {
    const [a, b] = [await party(), await party()];
    b.onRequest = () => void b.stack.close();
    expect(await asking(a.stack, requestTo('OPTIONS', `sip:b@127.0.0.1:${b.port};transport=tcp`))).toBe('transport');
  });

  it('gone before the answer: the 2xx to an INVITE goes to the sent-by over a new one (§18.2.2)', async () => {
    const [a, b] = [await party(), await party()];
    const raw = await rawConnection(b.port);
    // The request of a's that the raw connection carries: its sent-by is a's port.
    const via = `SIP/2.0/TCP 127.0.0.1:${a.port};branch=z9hG4bKraw`;
    const lines = [
      `INVITE sip:b@127.0.0.1 SIP/2.0`,
      `Via: ${via}`,
      'Max-Forwards: 70',
      'From: <sip:a@x>;tag=a',
      'To: <sip:b@x>',
      'Call-ID: raw',
      'CSeq: 1 INVITE',
      'Contact: <sip:a@127.0.0.1>',
      'Content-Length: 0',
    ];
    raw.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await vi.waitFor(() => expect(b.requests).toHaveLength(1));
    raw.socket.destroy();
    // That the far end has closed more than its own half shows with the first 2xx, which the core repeats (§13.3.1.4).
    await vi.waitFor(() => {
      b.requests.forEach(answer(200));
      expect(a.stack.counts.received).toBeGreaterThan(0);
    });
  });
});

describe('a response without a transaction', () => {
  it('takes the connection of its request while it is up', async () => {
    const b = await party();
    const raw = await rawConnection(b.port);
    raw.socket.write(optionsText('asked', 'TCP', 7));
    await vi.waitFor(() => expect(b.requests).toHaveLength(1));
    const transaction = b.requests[0] ?? expect.fail();
    const response = responseTo(transaction.request, 200, { toTag: 'b' });
    await b.stack.sendResponse(withHeader(response, 'Call-ID', 'told'), transaction);
    expect(await raw.read('Call-ID: told')).toMatch(/^SIP\/2.0 200 OK/);
    raw.socket.destroy();
    await raw.closed;
  });
});

describe('an alias', () => {
  it('does not take over a connection that is up', async () => {
    const [a, b] = [await party(), await party()];
    a.onRequest = answer(200);
    const toA = `sip:a@127.0.0.1:${a.port};transport=tcp`;
    expect(await asking(b.stack, requestTo('OPTIONS', toA))).toBe(200);
    const thief = await rawConnection(b.port);
    thief.socket.write(optionsText('thief', 'TCP', a.port).replace(';rport', ';rport;alias'));
    await vi.waitFor(() => expect(b.requests).toHaveLength(1));
    expect(await asking(b.stack, requestTo('OPTIONS', toA))).toBe(200);
    expect(a.requests).toHaveLength(2);
    thief.socket.destroy();
    await thief.closed;
  });
});

describe('aliases', () => {
  it('of one connection are four at most', async () => {
    const b = await party();
    b.onRequest = answer(200);
    const raw = await rawConnection(b.port);
    const ports = [1, 2, 3, 4, 5, 6];
    for (const port of ports) {
      raw.socket.write(optionsText(`alias-${port}`, 'TCP', port).replace(';rport', ';rport;alias'));
      await raw.read(`Call-ID: alias-${port}`);
    }
    const reached = ports.filter(port => b.stack.reaches({ protocol: 'tcp', address: '127.0.0.1', port }));
    expect(reached).toEqual([1, 2, 3, 4]);
    raw.socket.destroy();
    await raw.closed;
  });
});

describe('a flow', () => {
  it('of a registered phone leads back through the same sockets, and Contact says what the phone sees', async () => {
    const [a, b] = [await party(), await party()];
    a.onRequest = answer(200);
    b.onRequest = answer(200);
    await asking(a.stack, requestTo('REGISTER', `sip:127.0.0.1:${b.port}`));
    const source = b.requests[0]?.source ?? expect.fail();
    expect(source).toMatchObject({ protocol: 'udp', address: '127.0.0.1', port: a.port });
    const invite = withHeader(requestTo('OPTIONS', 'sip:a@10.99.99.99'), 'Contact');
    const finish: RequestOptions['finish'] = (request, local) =>
      withHeader(request, 'Contact', `<sip:${local.host}:${local.port}>`);
    expect(await asking(b.stack, invite, { target: source, finish })).toBe(200);
    expect(header(a.requests[0]?.request ?? expect.fail(), 'Contact')).toBe(`<sip:127.0.0.1:${b.port}>`);
  });
});
