import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../../../src/base/log.ts';
import { responseTo } from '../../../../../src/embedded/sip/responseTo.ts';
import { toTag } from '../../../../../src/embedded/sip/tags.ts';
import { header } from '../../../../../src/sip/grammar/headers.ts';
import { parseMessage } from '../../../../../src/sip/grammar/parseMessage.ts';
import { createWorld, listening, type Party, requestTo, type World } from '../../../../support/sip/party.ts';

const stranger = { protocol: 'udp', address: '10.6.6.6', port: 6666 } as const;
const here = { protocol: 'udp', address: '10.0.0.2', port: 5060 } as const;

let world: World;
let b: Party;
afterEach(async () => {
  await world.close();
  await world.pass(100);
  expect(world.clock.armed).toBe(0);
});

async function listener(options: Parameters<World['party']>[1] = {}): Promise<void> {
  world = createWorld();
  b = await world.party('10.0.0.2', options);
}

function options(overrides: Readonly<Record<string, string>> = {}, start = 'OPTIONS sip:b@10.0.0.2 SIP/2.0'): string {
  const fields = {
    Via: 'SIP/2.0/UDP 10.6.6.6:6666;branch=z9hG4bKone',
    'Max-Forwards': '70',
    From: '<sip:a@x>;tag=a',
    To: '<sip:b@x>',
    'Call-ID': 'one',
    CSeq: '1 OPTIONS',
    ...overrides,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${start}\r\n${lines.join('')}\r\n`;
}

const answers = () => world.network.trace.filter(({ from }) => from === '10.0.0.2:5060');

describe('what is no SIP message, or a wrong one', () => {
  it.each([
    ['another version', options({}, 'OPTIONS sip:b@10.0.0.2 SIP/7.0'), '505'],
    ['no CSeq', options().replace(/CSeq.*\r\n/, ''), '400'],
    ['a CSeq of another method', options({ CSeq: '1 INVITE' }), '400'],
    ['a truncated body', `${options({ 'Content-Length': '99' })}x`, '400'],
  ])('%s is answered statelessly', async (_name, text, status) => {
    await listener();
    world.network.inject(text, stranger, here);
    await world.pass(10);
    expect(answers().map(({ what, to }) => `${what.split(' ')[1]} to ${to}`)).toEqual([`${status} to 10.6.6.6:6666`]);
    expect(b.requests).toEqual([]);
    expect(b.stack.counts).toMatchObject({ malformed: 1, serverTransactions: 0 });
  });

  it('is answered with the same To tag each time (§8.2.7)', async () => {
    await listener();
    const text = options({ CSeq: '1 INVITE' });
    world.network.inject(text, stranger, here);
    world.network.inject(text, stranger, here);
    await world.pass(10);
    const tags = answers().map(({ bytes }) => {
      const message = parseMessage(bytes);
      return message.ok ? toTag(message.value) : undefined;
    });
    expect(tags).toHaveLength(2);
    expect(tags[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(tags[1]).toBe(tags[0]);
  });

  it('is answered to where it came from, whatever its Via says', async () => {
    await listener();
    const via = 'SIP/2.0/UDP 10.9.9.9;received=10.8.8.8;branch=z9hG4bKx';
    world.network.inject(options({ Via: via, CSeq: '1 INVITE' }), stranger, here);
    await world.pass(10);
    expect(answers().map(({ to }) => to)).toEqual(['10.6.6.6:5060']);
  });

  it.each([
    ['noise', '\u0000\u0001\u0002\u0003\u0004\u0005'],
    ['a broken response', 'SIP/2.0 9999 Nonsense\r\n\r\n'],
    ['a broken ACK', options({ CSeq: 'x' }, 'ACK sip:b@10.0.0.2 SIP/2.0')],
    ['an HTTP request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s is dropped', async (_name, text) => {
    await listener();
    world.network.inject(text, stranger, here);
    await world.pass(10);
    expect(answers()).toEqual([]);
    expect(b.stack.counts.malformed).toBe(1);
  });

  it('is logged a few times a second at most', async () => {
    const lines: { msg: string; suppressed?: number }[] = [];
    const log = createLog({ level: 'info' }, { write: line => void lines.push(JSON.parse(line)) });
    await listener({ log });
    for (let i = 0; i < 500; i++) {
      world.network.inject('noise, noise', { ...stranger, address: `10.6.${i >> 8}.${i & 255}` }, here);
    }
    await world.pass(10);
    expect(b.stack.counts.malformed).toBe(500);
    expect(lines).toHaveLength(20);
    await world.pass(1000);
    world.network.inject('noise, noise', stranger, here);
    await world.pass(10);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)?.suppressed).toBe(480);
  });
});

describe('abilities', () => {
  it('refuse what is not offered before the core sees it, and ACK is never answered', async () => {
    await listener({ abilities: { methods: ['INVITE', 'ACK', 'OPTIONS'], extensions: ['100rel'] } });
    world.network.inject(options({ CSeq: '1 DANCE' }, 'DANCE sip:b@10.0.0.2 SIP/2.0'), stranger, here);
    world.network.inject(options({ Require: 'telepathy', 'Call-ID': 'two' }), stranger, here);
    world.network.inject(options({ CSeq: '1 ACK', Require: 'x' }, 'ACK sip:b@10.0.0.2 SIP/2.0'), stranger, here);
    world.network.inject(options({ 'Call-ID': 'three', Require: '100rel' }), stranger, here);
    await world.pass(10);
    expect(answers().map(({ what }) => what.split(' ')[1])).toEqual(['501', '420']);
    expect(b.requests).toHaveLength(1);
    expect(b.acks).toHaveLength(1);
    expect(b.stack.counts.malformed).toBe(0);
  });
});

describe('floods', () => {
  const fromSix = (address: string): void => {
    const Via = `SIP/2.0/UDP [${address}];branch=z9hG4bK${address.replaceAll(':', '')}`;
    world.network.inject(options({ 'Call-ID': address, Via }), { ...stranger, address }, here);
  };

  it('of one network of IPv6 are those of one address', async () => {
    await listener({ limits: { messagesPerSecond: 100, messageBurst: 50 } });
    for (let i = 0; i < 80; i++) fromSix(`2001:db8::${i}`);
    fromSix('2001:db8:0:1::1');
    await world.pass(10);
    expect(b.stack.counts.limited).toBe(30);
    expect(b.requests.map(({ source }) => source.address)).toContain('2001:db8:0:1::1');
  });

  it('of requests that wait for their answers have one share for a network of IPv6', async () => {
    await listener({ limits: { serverTransactionsPerSource: 10 } });
    for (let i = 0; i < 20; i++) fromSix(`2001:db8::${i}`);
    await world.pass(10);
    expect(b.requests).toHaveLength(10);
    await world.pass(32_000);
    expect(b.stack.counts.serverTransactions).toBe(0);
  });

  it('of one address are dropped above its rate, others are heard, and it is heard again later', async () => {
    await listener({ limits: { messagesPerSecond: 100, messageBurst: 50 } });
    const from = (address: string, callId: string) =>
      world.network.inject(
        options({ 'Call-ID': callId, Via: `SIP/2.0/UDP ${address};branch=z9hG4bK${callId}` }),
        { ...stranger, address },
        here,
      );
    for (let i = 0; i < 80; i++) from('10.6.6.6', `flood${i}`);
    from('10.7.7.7', 'good');
    await world.pass(10);
    expect(b.stack.counts.limited).toBe(30);
    expect(b.requests).toHaveLength(51);
    await world.pass(1000);
    from('10.6.6.6', 'later');
    await world.pass(10);
    expect(b.requests).toHaveLength(52);
  });

  it('of garbage are not even parsed above their rate, unless the address is known for better', async () => {
    await listener({ limits: { malformedPerSecond: 10 } });
    const known = { ...stranger, address: '10.7.7.7' };
    world.network.inject(options({ 'Call-ID': 'first', Via: 'SIP/2.0/UDP 10.7.7.7;branch=z9hG4bKk' }), known, here);
    await world.pass(10);
    expect(b.requests).toHaveLength(1);
    const wrong = options({ CSeq: '1 INVITE' });
    for (let i = 0; i < 100; i++) {
      world.network.inject(wrong, stranger, here);
      world.network.inject(wrong, known, here);
    }
    await world.pass(10);
    expect(answers().filter(({ what }) => what.includes(' 400 '))).toHaveLength(80);
    expect(b.stack.counts).toMatchObject({ malformed: 140, limited: 60 });
    world.network.inject(options({ 'Call-ID': 'second', Via: 'SIP/2.0/UDP 10.7.7.7;branch=z9hG4bKl' }), known, here);
    await world.pass(10);
    expect(b.requests).toHaveLength(2);
  });

  it('of good requests from one address leave room for others', async () => {
    await listener({ limits: { serverTransactionsPerSource: 2 } });
    const from = (address: string, id: string) =>
      world.network.inject(
        options({ 'Call-ID': id, Via: `SIP/2.0/UDP ${address};branch=z9hG4bK${id}` }),
        { ...stranger, address },
        here,
      );
    for (const id of ['1', '2', '3']) from('10.6.6.6', id);
    from('10.7.7.7', '4');
    await world.pass(10);
    expect(b.requests.map(({ source }) => source.address)).toEqual(['10.6.6.6', '10.6.6.6', '10.7.7.7']);
    expect(answers().map(({ to, what }) => `${to} ${what.slice(8, 11)}`)).toEqual(['10.6.6.6:5060 503']);
    await world.pass(32_000);
    expect(b.stack.counts.serverTransactions).toBe(0);
    from('10.6.6.6', '5');
    await world.pass(10);
    expect(b.requests).toHaveLength(4);
  });

  it('beyond the number of transactions are answered 503 with Retry-After', async () => {
    await listener({ limits: { serverTransactions: 3 } });
    for (let i = 0; i < 4; i++) {
      world.network.inject(
        options({ 'Call-ID': `${i}`, Via: `SIP/2.0/UDP 10.6.6.6;branch=z9hG4bK${i}` }),
        stranger,
        here,
      );
    }
    await world.pass(10);
    expect(b.requests).toHaveLength(3);
    const refusals = answers().map(({ bytes }) => parseMessage(bytes));
    expect(refusals).toHaveLength(1);
    const refusal = refusals[0]?.ok ? refusals[0].value : expect.fail();
    expect(Number(header(refusal, 'Retry-After'))).toBeGreaterThanOrEqual(5);
  });
});

describe('matching', () => {
  it('z9hG4bK alone is no transaction id: two requests that share it are two', async () => {
    await listener();
    const via = 'SIP/2.0/UDP 10.6.6.6;branch=z9hG4bK';
    world.network.inject(options({ Via: via, 'Call-ID': 'one' }), stranger, here);
    world.network.inject(options({ Via: via, 'Call-ID': 'two' }), stranger, here);
    world.network.inject(options({ Via: via, 'Call-ID': 'one' }), stranger, here);
    await world.pass(10);
    expect(b.requests.map(({ request }) => header(request, 'Call-ID'))).toEqual(['one', 'two']);
  });

  it('RFC 2543: a repeated INVITE without a branch is one request, and the ACK with our To tag its own', async () => {
    await listener();
    const fields = { Via: 'SIP/2.0/UDP 10.6.6.6', CSeq: '1 INVITE', Contact: '<sip:a@10.6.6.6>' };
    const invite = options(fields, 'INVITE sip:b@10.0.0.2 SIP/2.0');
    const ack = (tag: string) =>
      options({ ...fields, CSeq: '1 ACK', To: `<sip:b@x>;tag=${tag}` }, 'ACK sip:b@10.0.0.2 SIP/2.0');
    let acknowledged = 0;
    b.onRequest = transaction => {
      transaction.observe({ acknowledged: () => acknowledged++ });
      transaction.respond(responseTo(transaction.request, 486, { toTag: 'ours' }));
    };
    world.network.inject(invite, stranger, here);
    world.network.inject(invite, stranger, here);
    await world.pass(10);
    expect(b.requests).toHaveLength(1);
    expect(answers()).toHaveLength(2);
    world.network.inject(ack('theirs'), stranger, here);
    await world.pass(10);
    expect(acknowledged).toBe(0);
    expect(b.acks).toHaveLength(1);
    world.network.inject(ack('ours'), stranger, here);
    await world.pass(10);
    expect(acknowledged).toBe(1);
  });

  it('a response that nobody asked for is dropped, whatever its Vias say', async () => {
    await listener();
    const response = (via: string) => options({ Via: via, To: '<sip:b@x>;tag=b' }, 'SIP/2.0 200 OK');
    for (const via of ['SIP/2.0/UDP 10.6.6.6;branch=z9hG4bKx', 'SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx']) {
      world.network.inject(response(`${via}, SIP/2.0/TCP 10.0.0.9:5060;branch=z9hG4bKy`), stranger, here);
    }
    await world.pass(10);
    expect(b.stack.counts).toMatchObject({ received: 2, sent: 0, malformed: 0, connections: 0 });
  });

  it('a forged response to a live transaction needs its branch', async () => {
    await listener();
    const a = await world.party('10.0.0.1');
    const heard = listening();
    a.stack.request(requestTo('OPTIONS', 'sip:b@10.0.0.2'), heard);
    const forged = options({ Via: 'SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKguess' }, 'SIP/2.0 200 OK');
    world.network.inject(forged, stranger, { ...here, address: '10.0.0.1' });
    await world.pass(10);
    expect(heard.words).toEqual(['sent']);
  });
});
