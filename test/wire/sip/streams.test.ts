import { afterEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { responseTo } from '../../../src/embedded/sip/responseTo.ts';
import type { SipCore } from '../../../src/embedded/sip/stack.ts';
import type { StackLimits } from '../../../src/embedded/sip/transport/limits.ts';
import { listening, requestTo } from '../../support/sip/party.ts';
import {
  optionsText,
  type RawConnection,
  rawConnection,
  rawUdp,
  type WireParty,
  wireParty,
} from '../../support/sip/wire.ts';

const parties: WireParty[] = [];
const strangers: RawConnection[] = [];
afterEach(async () => {
  await Promise.all(parties.splice(0).map(({ stack }) => stack.close()));
  await Promise.all(
    strangers.splice(0).map(({ socket, closed }) => {
      socket.destroy();
      return closed;
    }),
  );
});

async function listener(limits: Partial<StackLimits> = {}, clock = new VirtualClock(), core: Partial<SipCore> = {}) {
  const party = await wireParty({ limits, clock, core });
  party.onRequest = transaction => {
    transaction.respond(responseTo(transaction.request, 200, { toTag: 'b' }));
  };
  parties.push(party);
  return { party, clock };
}

async function stranger(port: number): Promise<RawConnection> {
  const made = await rawConnection(port);
  strangers.push(made);
  return made;
}

const connections = (party: WireParty, count: number) =>
  vi.waitFor(() => expect(party.stack.counts.connections).toBe(count));

describe('a stream', () => {
  it('may be cut anywhere, hold several messages at once, and line ends between them', async () => {
    const { party } = await listener();
    const { socket, read } = await stranger(party.port);
    const three = ['one', 'two', 'three'].map(id => optionsText(id, 'TCP', 5060)).join('\r\n\r\n');
    for (const byte of Buffer.from(three)) socket.write(Buffer.of(byte));
    await read('Call-ID: three');
    socket.write(['four', 'five'].map(id => optionsText(id, 'TCP', 5060)).join(''));
    const received = await read('Call-ID: five');
    expect(received.match(/SIP\/2.0 200 OK/g)).toHaveLength(5);
    expect(party.stack.counts).toMatchObject({ received: 5, malformed: 0, connections: 1 });
  });

  it('answers a ping (RFC 5626, §3.5.1)', async () => {
    const { party } = await listener();
    const { socket, read } = await stranger(party.port);
    socket.write('\r\n\r\n');
    expect(await read('\r\n')).toBe('\r\n');
  });

  it('that cannot be cut into messages any more is answered and closed', async () => {
    const { party } = await listener();
    const { socket, read, closed } = await stranger(party.port);
    socket.write(optionsText('x', 'TCP', 5060).replace('Content-Length: 0\r\n', ''));
    expect(await read('\r\n\r\n')).toMatch(/^SIP\/2.0 400 /);
    await closed;
    await connections(party, 0);
    expect(party.requests).toEqual([]);
  });

  it('of noise is closed', async () => {
    const { party } = await listener();
    const { socket, closed } = await stranger(party.port);
    socket.write(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await closed;
    await connections(party, 0);
    expect(party.stack.counts.malformed).toBe(1);
  });
});

describe('answers that are owed', () => {
  const later = async () => {
    const made = await listener();
    const { party } = made;
    const answer: (() => void)[] = [];
    party.onRequest = transaction => {
      answer.push(() => transaction.respond(responseTo(transaction.request, 200, { toTag: 'b' })));
    };
    return { ...made, answer };
  };

  it('come before the end of a stream that garbage has broken', async () => {
    const { party, answer } = await later();
    const { socket, read, closed } = await stranger(party.port);
    socket.write(`${optionsText('one', 'TCP', 5060)}${optionsText('two', 'TCP', 5060)}\0\0 garbage\r\n\r\n`);
    await vi.waitFor(() => expect(answer).toHaveLength(2));
    await vi.waitFor(() => expect(party.stack.counts.malformed).toBe(1));
    answer[0]?.();
    await read('Call-ID: one');
    answer[1]?.();
    expect(await read('Call-ID: two')).toMatch(/^SIP\/2.0 200 OK/);
    await closed;
    await connections(party, 0);
  });

  it('come when the far end has ended its half', async () => {
    const { party, answer } = await later();
    const { socket, read, closed } = await stranger(party.port);
    socket.end(optionsText('one', 'TCP', 5060));
    await vi.waitFor(() => expect(answer).toHaveLength(1));
    answer[0]?.();
    expect(await read('Call-ID: one')).toMatch(/^SIP\/2.0 200 OK/);
    await closed;
    await connections(party, 0);
  });

  it('a request behind bytes that are no line end is answered 400, and the connection ends', async () => {
    const { party } = await listener();
    for (const before of ['\r\n\0', '\n', ' ', 'x\r\n\r\n']) {
      const { socket, read, closed } = await stranger(party.port);
      socket.write(before + optionsText('spoilt', 'TCP', 5060));
      if (!before.startsWith('x')) expect(await read('Call-ID: spoilt')).toMatch(/^SIP\/2.0 400 /);
      await closed;
    }
    await connections(party, 0);
    expect(party.requests).toEqual([]);
  });
});

describe('a connection on which something rests', () => {
  it('stays however long it is idle, is pinged, and its end is told', async () => {
    const lost: number[] = [];
    const used = new Set<number>();
    const { party, clock } = await listener({ idleConnection: 600_000 }, new VirtualClock(), {
      flowsInUse: () => hop => used.has(hop.port),
      flowLost: hop => lost.push(hop.port),
    });
    const [phone, other] = [await stranger(party.port), await stranger(party.port)];
    for (const one of [phone, other]) {
      one.socket.write(optionsText('one', 'TCP', 5060));
      await one.read('Call-ID: one');
    }
    const [port, otherPort] = [phone.socket.localPort ?? 0, other.socket.localPort ?? 0];
    used.add(port);
    for (let minutes = 0; minutes < 60; minutes++) {
      clock.advance(60_000);
      await new Promise(resolve => setImmediate(resolve));
    }
    await other.closed;
    await connections(party, 1);
    expect(await phone.read('\r\n\r\n\r\n\r\n')).toContain('200 OK');
    expect(lost).toEqual([otherPort]);
    phone.socket.destroy();
    await connections(party, 0);
    expect(lost).toEqual([otherPort, port]);
  });
});

describe('limits of connections', () => {
  it('hold for those that we make: in all, and to one address', async () => {
    const targets = await Promise.all([listener(), listener(), listener()]);
    const outcome = async (party: WireParty, index: number): Promise<string | undefined> => {
      const heard = listening();
      const { port } = targets[index]?.party ?? expect.fail();
      party.stack.request(requestTo('OPTIONS', `sip:b@127.0.0.1:${port};transport=tcp`), heard);
      await vi.waitFor(() => expect(heard.words).toContain('ended'));
      return heard.words.find(word => word === '200' || word === 'transport');
    };
    for (const limits of [{ outgoingPerDestination: 2 }, { outgoingConnections: 2 }]) {
      const { party } = await listener(limits);
      const outcomes: unknown[] = [];
      for (const index of [0, 1, 2, 0]) outcomes.push(await outcome(party, index));
      expect(outcomes).toEqual(['200', '200', 'transport', '200']);
      await connections(party, 2);
    }
  });

  const used = new Set<number>();
  const greet = async (port: number, id: string): Promise<RawConnection> => {
    const made = await stranger(port);
    made.socket.write(optionsText(id, 'TCP', 5060));
    await made.read(`Call-ID: ${id}`);
    return made;
  };

  it('of one source: its longest idle one makes room, unless something rests on all of them', async () => {
    const { party, clock } = await listener({ connectionsPerSource: 2 }, new VirtualClock(), {
      flowsInUse: () => hop => used.has(hop.port),
    });
    const first = await greet(party.port, 'first');
    clock.advance(1_000);
    const second = await greet(party.port, 'second');
    used.add(first.socket.localPort ?? 0);
    const third = await greet(party.port, 'third');
    await second.closed;
    used.add(third.socket.localPort ?? 0);
    const refused = await stranger(party.port);
    await refused.closed;
    for (const one of [first, third]) {
      one.socket.write(optionsText('still', 'TCP', 5060));
      expect(await one.read('Call-ID: still')).toMatch(/200 OK/);
    }
    expect(party.stack.counts.connections).toBe(2);
  });

  it('altogether: the one that has been quiet for longest goes first; those in use stay', async () => {
    const { party } = await listener({ connections: 3 }, new VirtualClock(), {
      flowsInUse: () => hop => used.has(hop.port),
    });
    const phone = await greet(party.port, 'phone');
    used.add(phone.socket.localPort ?? 0);
    const idle = await greet(party.port, 'idle');
    const silent = await stranger(party.port);
    await connections(party, 3);
    const next = await greet(party.port, 'next');
    await idle.closed;
    const another = await greet(party.port, 'another');
    await silent.closed;
    for (const one of [phone, next, another]) {
      one.socket.write(optionsText('still', 'TCP', 5060));
      await one.read('Call-ID: still');
    }
    expect(party.stack.counts.connections).toBe(3);
  });

  it('hold for connections of ours as well, and idle strangers make room for those', async () => {
    const { party, clock } = await listener({ connections: 1 });
    const there = await listener();
    const idle = await greet(party.port, 'idle');
    clock.advance(1_000);
    const heard = listening();
    const target = { protocol: 'tcp', address: '127.0.0.1', port: there.party.port } as const;
    party.stack.request(requestTo('OPTIONS', 'sip:b@invalid'), heard, { target });
    await vi.waitFor(() => expect(heard.words).toContain('200'));
    await idle.closed;
    expect(party.stack.counts.connections).toBe(1);
  });

  it('a message must be complete in time, however slowly its bytes keep coming', async () => {
    const { party, clock } = await listener({ messageTime: 30_000 });
    const { socket, read, closed } = await stranger(party.port);
    const text = optionsText('slow', 'TCP', 5060);
    socket.write(optionsText('quick', 'TCP', 5060) + text.slice(0, 10));
    await read('Call-ID: quick');
    clock.advance(25_000);
    socket.write(text.slice(10, 20));
    expect(party.stack.counts.connections).toBe(1);
    clock.advance(10_000);
    await closed;
    await connections(party, 0);
    expect(clock.armed).toBe(0);
  });

  it('an idle connection is closed, one with traffic is not', async () => {
    const { party, clock } = await listener({ idleConnection: 60_000 });
    const { socket, read, closed } = await stranger(party.port);
    for (const id of ['one', 'two', 'three']) {
      socket.write(optionsText(id, 'TCP', 5060));
      await read(`Call-ID: ${id}`);
      clock.advance(50_000);
      expect(party.stack.counts.connections).toBe(1);
    }
    clock.advance(16_000);
    await closed;
    await connections(party, 0);
  });

  it('a far end that does not read is closed, and what was sent to it fails', async () => {
    const { party } = await listener({ writeBacklog: 100_000 });
    const { socket, closed } = await stranger(party.port);
    socket.write(optionsText('one', 'TCP', 5060));
    await vi.waitFor(() => expect(party.requests).toHaveLength(1));
    socket.pause();
    const source = party.requests[0]?.source ?? expect.fail();
    const body = Buffer.alloc(60_000, 'x');
    const outcomes = new Set<string>();
    for (let i = 0; i < 400 && party.stack.counts.connections === 1; i++) {
      await new Promise<void>(resolve => {
        party.stack.request(
          requestTo('MESSAGE', 'sip:b@invalid', { body }),
          { sent: () => setImmediate(resolve), response: () => {}, failed: ({ kind }) => outcomes.add(kind) },
          { target: source },
        );
      });
    }
    await vi.waitFor(() => expect([...outcomes]).toEqual(['transport']));
    expect(party.stack.counts.connections).toBe(0);
    socket.resume();
    await closed;
  });
});

describe('datagrams', () => {
  it('of a keep-alive are no garbage', async () => {
    const { party } = await listener();
    const raw = await rawUdp(party.port);
    for (const bytes of ['\r\n', '\r\n\r\n', '\0', '']) await raw.send(bytes);
    await raw.send(optionsText('after', 'UDP', raw.port));
    expect(await raw.read(/Call-ID: after/)).toMatch(/^SIP\/2.0 200 OK/);
    expect(party.stack.counts).toMatchObject({ received: 1, malformed: 0 });
    await raw.close();
  });

  it('too large for the network fail their request', async () => {
    const { party } = await listener();
    const heard = listening();
    const flow = {
      protocol: 'udp',
      address: '127.0.0.1',
      port: party.port,
      listener: party.stack.addresses[0]?.id ?? '',
    } as const;
    party.stack.request(requestTo('MESSAGE', 'sip:b@invalid', { body: Buffer.alloc(70_000) }), heard, { target: flow });
    await vi.waitFor(() => expect(heard.words).toEqual(['sent', 'transport', 'ended']));
  });
});
