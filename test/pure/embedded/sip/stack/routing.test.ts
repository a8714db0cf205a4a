import { afterEach, describe, expect, it } from 'vitest';
import { responseTo } from '../../../../../src/embedded/sip/responseTo.ts';
import type { Resolver, ServerTransaction } from '../../../../../src/embedded/sip/stack.ts';
import { parseVia } from '../../../../../src/sip/grammar/fields/via.ts';
import { field, header, headers, withHeader } from '../../../../../src/sip/grammar/headers.ts';
import { parseMessage } from '../../../../../src/sip/grammar/parseMessage.ts';
import { createWorld, listening, requestTo, type World } from '../../../../support/sip/party.ts';

const answer = (status: number) => (transaction: ServerTransaction) => {
  transaction.respond(responseTo(transaction.request, status, { toTag: 'b' }));
};
const names = (known: Readonly<Record<string, readonly string[]>>): Resolver => ({
  addresses: async host => (known[host] ?? []).map(address => ({ address, family: 4 as const })),
  services: async () => [],
});
const large = Buffer.alloc(1400, 'x');

let world: World;
afterEach(async () => {
  await world.close();
  await world.pass(100);
  expect(world.clock.armed).toBe(0);
});

describe('the next hop', () => {
  it('is the Request-URI, the topmost loose Route, or what the options say', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    for (const address of ['10.0.0.2', '10.0.0.3', '10.0.0.4']) (await world.party(address)).onRequest = answer(200);
    const heard = listening();
    const routed = requestTo('OPTIONS', 'sip:b@10.0.0.2', { headers: [field('Route', '<sip:10.0.0.3;lr>')] });
    a.stack.request(requestTo('OPTIONS', 'sip:b@10.0.0.2'), heard);
    a.stack.request(routed, heard);
    a.stack.request(withHeader(routed, 'Route', '<sip:10.0.0.3>'), heard);
    a.stack.request(routed, heard, { target: 'sip:10.0.0.4' });
    a.stack.request(routed, heard, { target: { protocol: 'tcp', address: '10.0.0.4', port: 5060 } });
    await world.pass(10);
    expect(heard.sentTo.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual([
      'udp 10.0.0.2',
      'udp 10.0.0.3',
      'udp 10.0.0.2',
      'udp 10.0.0.4',
      'tcp 10.0.0.4',
    ]);
    expect(heard.responses).toHaveLength(5);
  });

  it('is finished for each attempt, with the local address that it will see', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2');
    a.stack.request(requestTo('OPTIONS', 'sip:b@10.0.0.2'), listening(), {
      finish: (request, local, hop) =>
        withHeader(request, 'Contact', `<sip:a@${local.host}:${local.port};transport=${hop.protocol}>`),
    });
    await world.pass(10);
    expect(b.requests.map(({ request }) => header(request, 'Contact'))).toEqual([
      '<sip:a@10.0.0.1:5060;transport=udp>',
    ]);
  });

  it('that has no address fails with 503, on a later turn', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1', { resolver: names({}) });
    for (const uri of ['sip:b@nowhere.example', 'tel:+3612345678', 'sip:b@10.0.0.2;transport=sctp', 'sip:b@[::1]']) {
      const heard = listening();
      a.stack.request(requestTo('INVITE', uri), heard);
      expect(heard.words).toEqual([]);
      await world.pass(0);
      expect(heard.words, uri).toEqual(['unresolved', 'ended']);
      expect(heard.failures).toMatchObject([{ status: 503, error: { code: /REQUEST_FAILED|CONNECTION_LOST/ } }]);
    }
  });

  it('is the other one where the first has no address, takes too long to be found, or cannot be sent to', async () => {
    world = createWorld();
    const slow = names({});
    const a = await world.party('10.0.0.1', {
      resolver: {
        ...slow,
        addresses: host => (host === 'slow.example' ? new Promise(() => {}) : slow.addresses(host)),
      },
    });
    const b = await world.party('10.0.0.2');
    b.onRequest = answer(200);
    const otherwise = { protocol: 'udp', address: '10.0.0.2', port: 5060 } as const;
    const lost = { protocol: 'tcp', address: '10.0.0.9', port: 40_000 } as const;
    const targets = ['sip:b@nowhere.example', 'sip:b@slow.example', 'sips:b@10.0.0.2', 'tel:1', 'sip:b@[::1]', lost];
    for (const target of targets) {
      const heard = listening();
      a.stack.request(requestTo('BYE', 'sip:b@ANNA-PC'), heard, { target, otherwise });
      await world.pass(2_100);
      expect(heard.responses, String(target)).toHaveLength(1);
      void a.stack.send(requestTo('ACK', 'sip:b@ANNA-PC'), { target: 'sip:b@nowhere.example', otherwise });
    }
    await world.pass(10);
    expect(b.acks).toHaveLength(targets.length);
  });

  it('is not the other one where nobody answered: what was sent may have arrived', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2');
    const heard = listening();
    const otherwise = { protocol: 'udp', address: '10.0.0.2', port: 5060 } as const;
    a.stack.request(requestTo('BYE', 'sip:b@10.0.0.9'), heard, { otherwise });
    await world.pass(40_000);
    expect([heard.words, b.requests]).toEqual([['sent', 'timeout', 'ended'], []]);
  });

  it('of a cancelled INVITE is not called once its name is found (ghost ringing)', async () => {
    world = createWorld();
    let found: (addresses: { address: string; family: 4 }[]) => void = () => {};
    const resolver: Resolver = {
      addresses: () =>
        new Promise(resolve => {
          found = resolve;
        }),
      services: async () => [],
    };
    const a = await world.party('10.0.0.1', { resolver });
    const b = await world.party('10.0.0.2');
    const heard = listening();
    const invite = a.stack.request(requestTo('INVITE', 'sip:b@host'), heard);
    await world.pass(10);
    invite.cancel();
    await world.pass(0);
    expect(heard.failures).toMatchObject([{ kind: 'cancelled', status: 487 }]);
    found([{ address: '10.0.0.2', family: 4 }]);
    await world.pass(1000);
    expect(b.requests).toEqual([]);
    expect(heard.words).toEqual(['cancelled', 'ended']);
  });

  it('is followed by the others of its name where it cannot be reached, or says 503 (RFC 3263, §4.3)', async () => {
    world = createWorld();
    const resolver = names({ trunk: ['10.0.0.7', '10.0.0.3', '10.0.0.4'] });
    const a = await world.party('10.0.0.1', { resolver });
    (await world.party('10.0.0.3')).onRequest = answer(503);
    (await world.party('10.0.0.4')).onRequest = answer(486);
    const heard = listening();
    a.stack.request(requestTo('INVITE', 'sip:b@trunk;transport=tcp'), heard);
    await world.pass(10);
    expect(heard.sentTo.map(({ address }) => address)).toEqual(['10.0.0.7', '10.0.0.3', '10.0.0.4']);
    expect(heard.words).toEqual(['sent', 'sent', 'sent', '486', 'ended']);
    expect(world.network.sent(/^ACK/)).toHaveLength(2);
  });

  it('is not called after a CANCEL, nor when this one has begun to answer', async () => {
    world = createWorld();
    const resolver = names({ trunk: ['10.0.0.3', '10.0.0.4'] });
    const a = await world.party('10.0.0.1', { resolver });
    const [first, second] = [await world.party('10.0.0.3'), await world.party('10.0.0.4')];
    first.onRequest = transaction => {
      answer(transaction.request.method === 'INVITE' ? 180 : 100)(transaction);
      transaction.observe({ cancelled: () => answer(503)(transaction) });
    };
    const [cancelled, answered] = [listening(), listening()];
    const invite = a.stack.request(requestTo('INVITE', 'sip:b@trunk'), cancelled);
    a.stack.request(requestTo('OPTIONS', 'sip:b@trunk'), answered);
    await world.pass(10);
    expect([cancelled.words, answered.words]).toEqual([
      ['sent', '180'],
      ['sent', '100'],
    ]);
    invite.cancel();
    await world.pass(32_010);
    expect(cancelled.words.slice(0, 3)).toEqual(['sent', '180', '503']);
    expect(answered.failures).toMatchObject([{ kind: 'timeout' }]);
    expect(second.requests).toEqual([]);
  });

  it('is the last one whose 503 the core is told', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1', { resolver: names({ trunk: ['10.0.0.3'] }) });
    (await world.party('10.0.0.3')).onRequest = answer(503);
    const heard = listening();
    a.stack.request(requestTo('INVITE', 'sip:b@trunk'), heard);
    await world.pass(10);
    expect(heard.words).toEqual(['sent', '503']);
  });
});

describe('a request of more than 1300 bytes (§18.1.1)', () => {
  it('goes by TCP, and says so in its Via', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2');
    b.onRequest = answer(200);
    const heard = listening();
    a.stack.request(requestTo('MESSAGE', 'sip:b@10.0.0.2', { body: large }), heard);
    await world.pass(10);
    expect(b.requests.map(({ source }) => source.protocol)).toEqual(['tcp']);
    expect(header(b.requests[0]?.request ?? expect.fail(), 'Via')).toMatch(/^SIP\/2.0\/TCP 10.0.0.1:5060/);
    expect(heard.words).toEqual(['sent', '200', 'ended']);
  });

  it('goes by UDP where TCP is refused, at once the next time', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2', { protocols: ['udp'] });
    b.onRequest = answer(200);
    const heard = listening();
    a.stack.request(requestTo('MESSAGE', 'sip:b@10.0.0.2', { body: large }), heard);
    await world.pass(10);
    expect(heard.sentTo.map(({ protocol }) => protocol)).toEqual(['tcp', 'udp']);
    expect(heard.words).toEqual(['sent', 'sent', '200']);
    const again = listening();
    a.stack.request(requestTo('MESSAGE', 'sip:b@10.0.0.2', { body: large }), again);
    await world.pass(10);
    expect(again.sentTo.map(({ protocol }) => protocol)).toEqual(['udp']);
  });

  it('stays on the flow that it is sent to, and on UDP where we have no TCP', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const c = await world.party('10.0.0.3', { protocols: ['udp'] });
    const b = await world.party('10.0.0.2');
    const heard = listening();
    const flow = { protocol: 'udp', address: '10.0.0.2', port: 5060, listener: 'udp/10.0.0.1:5060' } as const;
    a.stack.request(requestTo('MESSAGE', 'sip:b@10.0.0.2', { body: large }), heard, { target: flow });
    c.stack.request(requestTo('MESSAGE', 'sip:b@10.0.0.2', { body: large }), heard);
    await world.pass(10);
    expect(b.requests.map(({ source }) => source.protocol)).toEqual(['udp', 'udp']);
  });

  it('that is an ACK falls back too', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2', { protocols: ['udp'] });
    await Promise.all([a.stack.send(requestTo('ACK', 'sip:b@10.0.0.2', { body: large })), world.pass(10)]);
    expect(b.acks).toHaveLength(1);
  });
});

describe('a transport that fails', () => {
  it('fails the request with 503', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const heard = listening();
    a.stack.request(requestTo('INVITE', 'sip:b@10.0.0.2;transport=tcp'), heard);
    await world.pass(10);
    expect(heard.failures).toMatchObject([{ kind: 'transport', status: 503, error: { code: 'CONNECTION_LOST' } }]);
    expect(heard.words).toEqual(['sent', 'transport', 'ended']);
  });

  it('that is a connection which goes away fails what waits on it, unless it rings already', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2');
    b.onRequest = transaction => {
      if (transaction.request.method === 'INVITE') answer(180)(transaction);
    };
    const [waiting, ringing] = [listening(), listening()];
    a.stack.request(requestTo('OPTIONS', 'sip:b@10.0.0.2;transport=tcp'), waiting);
    a.stack.request(requestTo('INVITE', 'sip:b@10.0.0.2;transport=tcp'), ringing);
    await world.pass(10);
    expect(waiting.words).toEqual(['sent']);
    const hop = (address: string) => ({ protocol: 'tcp', address, port: 5060 }) as const;
    world.network.cut(hop('10.0.0.1'), hop('10.0.0.2'));
    await world.pass(0);
    expect(waiting.words).toEqual(['sent', 'transport', 'ended']);
    expect(ringing.words).toEqual(['sent', '180']);
    b.requests.forEach(answer(200));
    await world.pass(10);
    expect(ringing.words).toEqual(['sent', '180', '200']);
  });

  it('is told to who sends without a transaction', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const sending = a.stack.send(requestTo('ACK', 'sip:b@10.0.0.2;transport=tcp'));
    const outcome = expect(sending).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await world.pass(10);
    await outcome;
  });
});

describe('where a response goes (§18.2.2; RFC 3581)', () => {
  const to = { protocol: 'udp', address: '10.0.0.2', port: 5060 } as const;
  const raw = (via: string) =>
    `OPTIONS sip:b@10.0.0.2 SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=${via.length}\r\nTo: <sip:b@x>\r\nCall-ID: ${via.length}\r\nCSeq: 1 OPTIONS\r\n\r\n`;

  const cases = [
    { via: 'SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1', goes: '10.0.0.9:5060', says: {} },
    { via: 'SIP/2.0/UDP 10.0.0.9:7000;branch=z9hG4bK2', goes: '10.0.0.9:7000', says: {} },
    {
      via: 'SIP/2.0/UDP 10.0.0.9:7000;rport;branch=z9hG4bK3',
      goes: '10.0.0.9:4444',
      says: { rport: '4444', received: '10.0.0.9' },
    },
    { via: 'SIP/2.0/UDP 192.168.1.2;branch=z9hG4bK4', goes: '10.0.0.9:5060', says: { received: '10.0.0.9' } },
    {
      via: 'SIP/2.0/UDP phone.invalid:6000;rport;branch=z9hG4bK5',
      goes: '10.0.0.9:4444',
      says: { rport: '4444', received: '10.0.0.9' },
    },
    { via: 'SIP/2.0/UDP 10.0.0.9;received=10.6.6.6;branch=z9hG4bK6', goes: '10.0.0.9:5060', says: {} },
    {
      via: 'SIP/2.0/UDP 192.168.1.2;received=10.6.6.6;rport=1;branch=z9hG4bK7',
      goes: '10.0.0.9:4444',
      says: { rport: '4444', received: '10.0.0.9' },
    },
    { via: 'SIP/2.0/UDP 10.0.0.9:7000;maddr=10.0.0.8;branch=z9hG4bK8', goes: '10.0.0.9:7000', says: {} },
    {
      via: 'SIP/2.0/UDP 10.0.0.8:7000;maddr=10.0.0.8;rport;branch=z9hG4bK8',
      goes: '10.0.0.9:4444',
      says: { rport: '4444', received: '10.0.0.9' },
    },
    // A datagram opens no connection, and none of ours serves TLS.
    { via: 'SIP/2.0/TCP 10.0.0.9:7000;branch=z9hG4bK-9', goes: '10.0.0.9:7000', says: {} },
    {
      via: 'SIP/2.0/TLS phone.invalid;rport;branch=z9hG4bK-10',
      goes: '10.0.0.9:4444',
      says: { rport: '4444', received: '10.0.0.9' },
    },
  ];

  it.each(cases)('$via', async ({ via, goes, says }) => {
    world = createWorld();
    const b = await world.party('10.0.0.2');
    b.onRequest = answer(200);
    world.network.inject(raw(via), { protocol: 'udp', address: '10.0.0.9', port: 4444 }, to);
    await world.pass(10);
    expect(world.network.trace.map(packet => packet.to)).toEqual([goes]);
    const stamped = parseVia(header(b.requests[0]?.request ?? expect.fail(), 'Via') ?? '');
    const params = stamped.ok ? stamped.value.params : expect.fail();
    const added = Object.fromEntries(
      params.filter(({ name }) => name !== 'branch' && name !== 'maddr').map(({ name, value }) => [name, value]),
    );
    expect(added).toEqual(says);
  });

  it.each([486, 200])(
    'over TCP: where the connection of the request is gone, a 2xx alone opens one: %d',
    async status => {
      world = createWorld();
      const a = await world.party('10.0.0.1');
      const b = await world.party('10.0.0.2');
      b.onRequest = answer(100);
      const heard = listening();
      a.stack.request(requestTo('INVITE', 'sip:b@10.0.0.2;transport=tcp'), heard);
      await world.pass(10);
      expect(heard.words).toEqual(['sent', '100']);
      const hop = (address: string) => ({ protocol: 'tcp', address, port: 5060 }) as const;
      world.network.cut(hop('10.0.0.1'), hop('10.0.0.2'));
      b.requests.forEach(answer(status));
      await world.pass(10);
      expect(heard.words).toEqual(['sent', '100', ...(status === 200 ? ['200'] : [])]);
    },
  );

  it('without a transaction: the way of the request, whatever the response says', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2');
    a.stack.request(requestTo('OPTIONS', 'sip:b@10.0.0.2'), listening());
    await world.pass(10);
    const transaction = b.requests[0] ?? expect.fail();
    const response = responseTo(transaction.request, 200, { toTag: 'x' });
    const elsewhere = withHeader(response, 'Via', 'SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx');
    await Promise.all([b.stack.sendResponse(elsewhere, transaction), world.pass(10)]);
    expect(world.network.sent(/^SIP/).map(packet => packet.to)).toEqual(['10.0.0.1:5060']);
  });
});

describe('a proxy', () => {
  it('adds its Via, passes the response on without it, and the ACK of the 2xx too', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const proxy = await world.party('10.0.0.5', { refuseMerged: false });
    const b = await world.party('10.0.0.2');
    b.onRequest = answer(200);
    const target = { protocol: 'udp', address: '10.0.0.2', port: 5060 } as const;
    proxy.onRequest = transaction => {
      proxy.stack.request(
        transaction.request,
        {
          response: response => {
            expect(headers(response, 'Via')).toHaveLength(2);
            const [, ...rest] = headers(response, 'Via');
            transaction.respond(withHeader(response, 'Via', ...rest));
          },
          failed: () => {},
        },
        { target },
      );
    };
    proxy.onAck = ack => void proxy.stack.send(ack, { target });
    const heard = listening();
    a.stack.request(requestTo('INVITE', 'sip:b@10.0.0.2'), heard, { target: 'sip:10.0.0.5' });
    await world.pass(10);
    expect(heard.words).toEqual(['sent', '200']);
    expect(headers(heard.responses[0] ?? expect.fail(), 'Via')).toHaveLength(1);
    a.stack.send(requestTo('ACK', 'sip:b@10.0.0.2', { toTag: 'b' }), { target: 'sip:10.0.0.5' });
    await world.pass(10);
    expect(b.acks.map(ack => headers(ack, 'Via').length)).toEqual([2]);
    const sent = world.network.sent(/^ACK/).map(({ bytes }) => parseMessage(bytes));
    expect(sent.every(({ ok }) => ok)).toBe(true);
  });
});

describe('addresses of ours', () => {
  it('are told from others by host and port', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    expect(a.stack.isLocal('10.0.0.1')).toBe(true);
    expect(a.stack.isLocal('10.0.0.1', 5060)).toBe(true);
    expect(a.stack.isLocal('10.0.0.1', 5061)).toBe(false);
    expect(a.stack.isLocal('10.0.0.2')).toBe(false);
    expect(a.stack.localFor({ protocol: 'tcp', address: '10.0.0.2', port: 5060 })).toEqual({
      protocol: 'tcp',
      host: '10.0.0.1',
      port: 5060,
      listener: 'tcp/10.0.0.1:5060',
    });
    expect(() => a.stack.localFor({ protocol: 'wss', address: '10.0.0.2', port: 443 })).toThrow(/no listener/);
    expect(await a.stack.resolve('sip:b@10.0.0.2:5080;transport=tcp')).toEqual([
      { protocol: 'tcp', address: '10.0.0.2', port: 5080 },
    ]);
    await expect(a.stack.resolve('tel:1')).rejects.toMatchObject({ code: 'REQUEST_FAILED' });
  });
});
