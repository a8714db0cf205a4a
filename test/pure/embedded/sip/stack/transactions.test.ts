import { afterEach, describe, expect, it } from 'vitest';
import { responseTo } from '../../../../../src/embedded/sip/responseTo.ts';
import type { Resolver, ServerTransaction } from '../../../../../src/embedded/sip/stack.ts';
import { fromTag, toTag } from '../../../../../src/embedded/sip/tags.ts';
import { field, header, headers } from '../../../../../src/sip/grammar/headers.ts';
import { parseMessage } from '../../../../../src/sip/grammar/parseMessage.ts';
import { createWorld, listening, type Party, requestTo, type World } from '../../../../support/sip/party.ts';

const bob = 'sip:b@10.0.0.2';
const whats = (world: World, match: RegExp) => world.network.sent(match).map(({ what }) => what);
const answer = (status: number) => (transaction: ServerTransaction) => {
  transaction.respond(responseTo(transaction.request, status, { toTag: 'b' }));
};
const idle = (...parties: Party[]): void => {
  for (const { stack } of parties) {
    expect(stack.counts).toMatchObject({ clientTransactions: 0, serverTransactions: 0 });
  }
};

let world: World;
afterEach(async () => {
  await world.close();
  await world.pass(100);
  expect(world.clock.armed).toBe(0);
});

async function two(options: Parameters<typeof createWorld>[0] = {}): Promise<{ a: Party; b: Party }> {
  world = createWorld(options);
  return { a: await world.party('10.0.0.1'), b: await world.party('10.0.0.2') };
}

describe('requests other than INVITE', () => {
  it('are answered, and both sides forget them after K and J', async () => {
    const { a, b } = await two();
    b.onRequest = answer(200);
    const heard = listening();
    a.stack.request(requestTo('OPTIONS', bob), heard);
    expect(heard.words).toEqual([]);
    await world.pass(10);
    expect(heard.words).toEqual(['sent', '200']);
    expect(a.stack.counts.clientTransactions).toBe(1);
    await world.pass(5000);
    expect(heard.words).toEqual(['sent', '200', 'ended']);
    expect(b.stack.counts.serverTransactions).toBe(1);
    await world.pass(27_000);
    idle(a, b);
  });

  it('are repeated until answered, and the repetitions are absorbed by the far side', async () => {
    const { a, b } = await two();
    const heard = listening();
    a.stack.request(requestTo('OPTIONS', bob), heard);
    await world.pass(3600);
    expect(whats(world, /^OPTIONS/)).toHaveLength(4);
    expect(b.requests).toHaveLength(1);
    b.requests.forEach(answer(200));
    await world.pass(10);
    expect(heard.words).toEqual(['sent', '200']);
  });

  it('time out after 64·T1 with 408', async () => {
    const { a, b } = await two();
    const heard = listening();
    a.stack.request(requestTo('OPTIONS', bob), heard);
    await world.pass(31_999);
    expect(heard.failures).toEqual([]);
    await world.pass(1);
    expect(heard.failures).toMatchObject([{ kind: 'timeout', status: 408 }]);
    expect(heard.words).toEqual(['sent', 'timeout', 'ended']);
    expect(a.stack.counts.clientTransactions).toBe(0);
    b.requests.forEach(answer(200));
    await world.pass(32_100);
    idle(a, b);
  });

  it('get the same answer when they come again', async () => {
    const { a, b } = await two({ rules: [{ match: /^SIP.*200/, nth: 1, then: 'drop' }] });
    b.onRequest = answer(200);
    const heard = listening();
    a.stack.request(requestTo('OPTIONS', bob), heard);
    await world.pass(600);
    expect(b.requests).toHaveLength(1);
    expect(heard.words).toEqual(['sent', '200']);
    const [first, second] = world.network.sent(/^SIP.*200/);
    expect(second?.bytes.equals(first?.bytes ?? Buffer.alloc(0))).toBe(true);
  });

  it('that the core never answers are forgotten after 64·T1, and it is told', async () => {
    const { a, b } = await two();
    const told: string[] = [];
    b.onRequest = transaction => {
      transaction.observe({ failed: error => told.push(error.code), ended: () => told.push('ended') });
    };
    a.stack.request(requestTo('OPTIONS', bob), listening());
    await world.pass(31_900);
    expect(told).toEqual([]);
    await world.pass(200);
    expect(told).toEqual(['DEADLINE_PASSED', 'ended']);
    expect(b.requests[0]?.respond(responseTo(b.requests[0].request, 200))).toBe(false);
    idle(a, b);
  });

  it('ACK and CANCEL are no such requests', async () => {
    const { a } = await two();
    for (const method of ['ACK', 'CANCEL']) {
      expect(() => a.stack.request(requestTo(method, bob), listening())).toThrow(/no client transaction/);
    }
  });

  it('to a port that cannot be fail', async () => {
    const { a } = await two();
    const heard = listening();
    a.stack.request(requestTo('OPTIONS', bob), heard, { target: { protocol: 'udp', address: '10.0.0.2', port: 0 } });
    await world.pass(0);
    expect(heard.words).toEqual(['sent', 'transport', 'ended']);
  });

  it('end at once over TCP', async () => {
    const { a, b } = await two();
    b.onRequest = answer(200);
    const heard = listening();
    a.stack.request(requestTo('OPTIONS', `${bob};transport=tcp`), heard);
    await world.pass(10);
    expect(heard.words).toEqual(['sent', '200', 'ended']);
    idle(a, b);
  });
});

describe('INVITE', () => {
  it('gets 100 after 200 ms of silence, and only then', async () => {
    const { a } = await two();
    const heard = listening();
    a.stack.request(requestTo('INVITE', bob), heard);
    await world.pass(200);
    expect(heard.words).toEqual(['sent']);
    await world.pass(10);
    expect(heard.words).toEqual(['sent', '100']);
    expect(toTag(heard.responses[0] ?? expect.fail())).toBeUndefined();
  });

  it('gets no 100 where the core speaks within 200 ms', async () => {
    const { a, b } = await two();
    b.onRequest = answer(180);
    const heard = listening();
    a.stack.request(requestTo('INVITE', bob), heard);
    await world.pass(1000);
    expect(heard.words).toEqual(['sent', '180']);
  });

  it('that is repeated while the core is slow is one request, answered with the last response (race 3)', async () => {
    const { a, b } = await two({ rules: [{ match: /^SIP.*100/, then: 'drop' }] });
    const heard = listening();
    a.stack.request(requestTo('INVITE', bob), heard);
    await world.pass(3000);
    expect(b.requests).toHaveLength(1);
    expect(whats(world, /^INVITE/)).toHaveLength(3);
    expect(whats(world, /^SIP.*100/)).toHaveLength(3);
    b.requests.forEach(answer(180));
    await world.pass(10);
    expect(heard.words).toEqual(['sent', '180']);
  });

  it('that is refused has its ACK within the transaction, and again for each repeated refusal', async () => {
    const { a, b } = await two({ rules: [{ match: /^ACK/, nth: 1, then: 'drop' }] });
    let acknowledged = 0;
    b.onRequest = transaction => {
      transaction.observe({ acknowledged: () => acknowledged++ });
      answer(486)(transaction);
    };
    const heard = listening();
    a.stack.request(requestTo('INVITE', bob, { headers: [field('Route', '<sip:10.0.0.2;lr>')] }), heard);
    await world.pass(400);
    expect(acknowledged).toBe(0);
    await world.pass(600);
    expect(whats(world, /^ACK/)).toHaveLength(2);
    expect(acknowledged).toBe(1);
    expect(b.acks).toEqual([]);
    expect(heard.words).toEqual(['sent', '486']);
    const invite = parsed(world, /^INVITE/);
    const ack = parsed(world, /^ACK/);
    expect(header(ack, 'Via')).toBe(header(invite, 'Via'));
    expect(headers(ack, 'Route')).toEqual(['<sip:10.0.0.2;lr>']);
    expect(header(ack, 'CSeq')).toBe('1 ACK');
    expect(toTag(ack)).toBe('b');
    expect(fromTag(ack)).toBe(fromTag(invite));
    await world.pass(33_000);
    idle(a, b);
  });

  it('whose refusal is never acknowledged fails after 64·T1 (timer H)', async () => {
    const { a, b } = await two({ rules: [{ match: /^ACK/, then: 'drop' }] });
    const failures: string[] = [];
    b.onRequest = transaction => {
      transaction.observe({ failed: error => failures.push(error.code), ended: () => failures.push('ended') });
      answer(486)(transaction);
    };
    a.stack.request(requestTo('INVITE', bob), listening());
    await world.pass(32_000);
    expect(failures).toEqual([]);
    await world.pass(100);
    expect(failures).toEqual(['DEADLINE_PASSED', 'ended']);
  });

  it('passes every 2xx to the core, repeated ones too, for 64·T1; a later one is dropped', async () => {
    const { a, b } = await two();
    b.onRequest = answer(200);
    const heard = listening();
    a.stack.request(requestTo('INVITE', bob), heard);
    await world.pass(100);
    expect(b.requests[0]?.settled).toBe(true);
    expect(b.requests[0]?.respond(responseTo(b.requests[0].request, 486))).toBe(false);
    b.requests.forEach(answer(200));
    await world.pass(100);
    expect(heard.words).toEqual(['sent', '200', '200']);
    const accepted = b.requests[0] ?? expect.fail();
    const late = responseTo(accepted.request, 200, { toTag: 'b' });
    await world.pass(32_000);
    expect(heard.words.at(-1)).toBe('ended');
    await Promise.all([b.stack.sendResponse(late, accepted), world.pass(10)]);
    expect(heard.words.at(-1)).toBe('ended');
    expect(world.network.sent(/^SIP.2.0 200/)).toHaveLength(3);
  });

  it('hands an ACK of a 2xx to the core', async () => {
    const { a, b } = await two();
    b.onRequest = answer(200);
    a.stack.request(requestTo('INVITE', bob, { callId: 'x' }), listening());
    await world.pass(10);
    await Promise.all([a.stack.send(requestTo('ACK', bob, { callId: 'x', toTag: 'b' })), world.pass(10)]);
    expect(b.acks.map(ack => header(ack, 'Call-ID'))).toEqual(['x']);
  });
});

describe('CANCEL (race 1)', () => {
  const ringing = (transaction: ServerTransaction): void => {
    transaction.observe({
      cancelled: () => {
        transaction.respond(responseTo(transaction.request, 487, { toTag: 'b' }));
      },
    });
    answer(180)(transaction);
  };

  it('before the 100: waits for the first provisional response', async () => {
    const { a, b } = await two();
    const heard = listening();
    const invite = a.stack.request(requestTo('INVITE', bob), heard);
    invite.cancel();
    await world.pass(150);
    expect(whats(world, /^CANCEL/)).toEqual([]);
    b.requests.forEach(transaction => {
      transaction.observe({ cancelled: () => void transaction.respond(responseTo(transaction.request, 487)) });
    });
    await world.pass(200);
    expect(whats(world, /^CANCEL/)).toHaveLength(1);
    expect(heard.words).toEqual(['sent', '100', '487']);
  });

  it('between 180 and 200: 200 to the CANCEL, 487 to the INVITE, with one To tag', async () => {
    const { a, b } = await two();
    b.onRequest = ringing;
    const heard = listening();
    const invite = a.stack.request(requestTo('INVITE', bob), heard);
    await world.pass(100);
    expect(heard.words).toEqual(['sent', '180']);
    invite.cancel([field('Reason', 'SIP;cause=200')]);
    invite.cancel();
    await world.pass(100);
    expect(heard.words).toEqual(['sent', '180', '487']);
    expect(whats(world, /CANCEL/)).toEqual([`CANCEL ${bob} SIP/2.0 (1 CANCEL)`, 'SIP/2.0 200 OK (1 CANCEL)']);
    const cancel = parsed(world, /^CANCEL/);
    expect(header(cancel, 'Via')).toBe(header(parsed(world, /^INVITE/), 'Via'));
    expect(header(cancel, 'Reason')).toBe('SIP;cause=200');
    expect(toTag(cancel)).toBeUndefined();
    expect(toTag(parsed(world, /^SIP.*200.*CANCEL/))).toBe('b');
    await world.pass(33_000);
    idle(a, b);
  });

  it('crossing the 200: the INVITE is accepted, the CANCEL has no effect', async () => {
    const { a, b } = await two({ delay: 50 });
    let cancelled = 0;
    b.onRequest = transaction => {
      transaction.observe({ cancelled: () => cancelled++ });
      answer(180)(transaction);
      world.clock.after(60, () => answer(200)(transaction));
    };
    const heard = listening();
    const invite = a.stack.request(requestTo('INVITE', bob), heard);
    await world.pass(120);
    expect(heard.words).toEqual(['sent', '180']);
    invite.cancel();
    await world.pass(200);
    expect(heard.words).toEqual(['sent', '180', '200']);
    expect(cancelled).toBe(0);
    expect(whats(world, /200 OK .*CANCEL/)).toHaveLength(1);
  });

  it('is told to an observer that comes late', async () => {
    const { a, b } = await two();
    const heard = listening();
    const invite = a.stack.request(requestTo('INVITE', bob), heard);
    await world.pass(300);
    invite.cancel();
    await world.pass(100);
    const told: string[] = [];
    b.requests[0]?.observe({ cancelled: cancel => told.push(cancel.method) });
    expect(told).toEqual([]);
    await world.pass(0);
    expect(told).toEqual(['CANCEL']);
  });

  it('of an INVITE that nobody knows is 481', async () => {
    const { a, b } = await two();
    const via = 'SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKnobody';
    const cancel = `CANCEL ${bob} SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=a\r\nTo: <${bob}>\r\nCall-ID: n\r\nCSeq: 1 CANCEL\r\n\r\n`;
    world.network.inject(
      cancel,
      { protocol: 'udp', address: '10.0.0.9', port: 5060 },
      { protocol: 'udp', address: '10.0.0.2', port: 5060 },
    );
    await world.pass(10);
    expect(whats(world, /481/)).toHaveLength(1);
    expect([...a.requests, ...b.requests]).toEqual([]);
  });

  it('without an answer to the INVITE ends it after 64·T1', async () => {
    const { a, b } = await two();
    b.onRequest = answer(180);
    const heard = listening();
    const invite = a.stack.request(requestTo('INVITE', bob), heard);
    await world.pass(100);
    invite.cancel();
    await world.pass(32_100);
    expect(heard.words).toEqual(['sent', '180', 'timeout', 'ended']);
  });
});

describe('merged requests (§8.2.2.2)', () => {
  it('a copy that took another way is refused with 482, a repetition is not', async () => {
    const { a, b } = await two();
    const request = requestTo('INVITE', bob);
    b.onRequest = answer(180);
    const [first, second] = [listening(), listening()];
    a.stack.request(request, first);
    await world.pass(10);
    a.stack.request(request, second);
    await world.pass(10);
    expect(b.requests).toHaveLength(1);
    expect(first.words).toEqual(['sent', '180']);
    expect(second.words).toEqual(['sent', '482']);
  });

  it('may be passed to the core, for a proxy', async () => {
    world = createWorld();
    const a = await world.party('10.0.0.1');
    const b = await world.party('10.0.0.2', { refuseMerged: false });
    const request = requestTo('INVITE', bob);
    a.stack.request(request, listening());
    a.stack.request(request, listening());
    await world.pass(10);
    expect(b.requests).toHaveLength(2);
  });

  it('within a dialog are no copies', async () => {
    const { a, b } = await two();
    const request = requestTo('INFO', bob, { toTag: 'b' });
    a.stack.request(request, listening());
    a.stack.request(request, listening());
    await world.pass(10);
    expect(b.requests).toHaveLength(2);
  });
});

describe('a core that throws', () => {
  it('gets its request answered 500, and the stack goes on', async () => {
    const { a, b } = await two();
    b.onRequest = () => {
      throw new Error('broken core');
    };
    const heard = listening();
    a.stack.request(requestTo('MESSAGE', bob), heard);
    await world.pass(10);
    expect(heard.words).toEqual(['sent', '500']);
    b.onRequest = answer(200);
    const again = listening();
    a.stack.request(requestTo('MESSAGE', bob), again);
    await world.pass(10);
    expect(again.words).toEqual(['sent', '200']);
  });

  it('in its response handler does not stop the transaction', async () => {
    const { a, b } = await two();
    b.onRequest = answer(486);
    a.stack.request(requestTo('INVITE', bob), {
      response: () => {
        throw new Error('broken core');
      },
      failed: () => {},
    });
    await world.pass(10);
    expect(whats(world, /^ACK/)).toHaveLength(1);
    await world.pass(33_000);
    idle(a, b);
  });
});

describe('close', () => {
  it('in the middle of everything leaves no timer and says nothing more', async () => {
    const { a, b } = await two();
    const heard = listening();
    a.stack.request(requestTo('INVITE', bob), heard);
    a.stack.request(requestTo('OPTIONS', bob), heard);
    await world.pass(300);
    const before = [...heard.words];
    expect(world.clock.armed).toBeGreaterThan(0);
    await Promise.all([a.stack.close(), b.stack.close()]);
    expect(world.clock.armed).toBe(0);
    await world.pass(40_000);
    expect(heard.words).toEqual(before);
    expect(() => a.stack.request(requestTo('OPTIONS', bob), heard)).toThrow(/closed/);
  });

  it('while a name is looked up: nothing is sent and nothing said', async () => {
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
    const heard = listening();
    a.stack.request(requestTo('OPTIONS', 'sip:b@name'), heard);
    await a.stack.close();
    found([{ address: '10.0.0.2', family: 4 }]);
    await world.pass(10);
    expect(world.network.trace).toEqual([]);
    expect(heard.words).toEqual([]);
  });
});

function parsed(from: World, match: RegExp) {
  const packet = from.network.sent(match)[0] ?? expect.fail(`nothing like ${match} was sent`);
  const message = parseMessage(packet.bytes);
  return message.ok ? message.value : expect.fail(message.error.detail);
}
