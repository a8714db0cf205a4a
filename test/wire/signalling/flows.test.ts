/** Phones that are reached over the connection that they have registered over, and no other way (RFC 5626). */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import type { Hop } from '../../../src/embedded/sip/stack.ts';
import { openDrachtiod, type ServerUnderTest } from '../../support/drachtio/server.ts';
import type { Phone } from '../../support/signalling/phone.ts';
import { Rig, type RigOptions, theirSdp, userOf } from '../../support/signalling/rig.ts';
import { fieldOf, fieldsOf, parseSipText, serializeSipText, statusOf } from '../../support/signalling/sipText.ts';

let server: ServerUnderTest | undefined;
let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  await server?.close();
  rig = server = undefined;
});

const minute = 60_000;

/** The time of the server is virtual, that of signalling is not. `told`: signalling hears of lost connections at once. */
const open = async (told: boolean, options: RigOptions = {}) => {
  const clock = new VirtualClock(Date.now());
  const lost: Hop[] = [];
  const opened = await openDrachtiod({
    clock,
    flowLost: hop => {
      lost.push(hop);
      if (told) rig?.signalling.flowLost(hop);
    },
  });
  server = opened;
  const made = await Rig.open(opened, options);
  rig = made;
  const pass = async (minutes: number): Promise<void> => {
    for (let passed = 0; passed < minutes; passed++) {
      clock.advance(minute);
      await new Promise(resolve => setImmediate(resolve));
    }
  };
  const connections = (count: number): Promise<void> =>
    vi.waitFor(() => expect(opened.stats()?.stack.connections).toBe(count));
  return { rig: made, clock, lost, pass, connections };
};

const registered = async (on: Rig, extension: string): Promise<Phone> => {
  const phone = await on.phone(extension, 'tcp');
  expect(statusOf(await phone.register(userOf(extension), { Expires: '3600' }))).toBe(200);
  return phone;
};

/** Says that to every request but ACK. */
const answering = (listener: Server, line: string): void => {
  listener.on('connection', socket => {
    socket.on('data', data => {
      const request = parseSipText(data.toString());
      const kept = request.fields.filter(([name]) => ['Via', 'From', 'To', 'Call-ID', 'CSeq'].includes(name));
      if (!request.startLine.startsWith('ACK')) socket.write(serializeSipText(line, kept, ''));
    });
  });
};

describe('the connection of a registered phone', () => {
  test('lasts as long as the registration, without a word of the phone', async () => {
    const { rig: on, pass, connections } = await open(true);
    const phone = await registered(on, '101');
    await pass(59);
    await connections(1);
    const { leg, watch } = on.dial('101');
    const invite = await phone.next('INVITE');
    leg.cancel();
    await watch.next('failed');
    phone.respond(invite, 487);
    await pass(15);
    await connections(0);
  });

  test('is an idle one once the phone has unregistered', async () => {
    const { rig: on, pass, connections } = await open(true);
    const phone = await registered(on, '101');
    expect(statusOf(await phone.register(userOf('101'), { Expires: '0' }))).toBe(200);
    await connections(1);
    await pass(25);
    await connections(0);
  });

  test('lasts as long as a call on it: the BYE arrives', async () => {
    const { rig: on, pass, connections } = await open(true);
    const phone = await registered(on, '101');
    const { leg, watch } = on.dial('101');
    const invite = await phone.next('INVITE');
    phone.respond(invite, 200, {}, theirSdp());
    await phone.next('ACK');
    await watch.next('answered');
    expect(statusOf(await phone.register(userOf('101'), { Expires: '0' }))).toBe(200);
    await pass(25);
    await connections(1);
    leg.hangUp();
    phone.respond(await phone.next('BYE'), 200);
    await watch.next('ended');
    await pass(25);
    await connections(0);
  });

  test('is gone: the phone is known to be unreachable at once, and a call to it fails at once', async () => {
    const { rig: on, lost, connections } = await open(true);
    const phone = await registered(on, '101');
    expect(on.signalling.reachable('101')).toBe(true);
    await phone.close();
    await connections(0);
    await vi.waitFor(() => expect(lost).toHaveLength(1));
    expect(on.signalling.reachable('101')).toBe(false);
    expect(on.exchange.reachability).toEqual([
      ['101', true],
      ['101', false],
    ]);
    const { watch } = on.dial('101');
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 480 });
  });

  test('is gone, and the server does not tell: the first call is refused with 430, and the phone forgotten', async () => {
    const { rig: on, connections } = await open(false);
    const phone = await registered(on, '101');
    await phone.close();
    await connections(0);
    expect(on.signalling.reachable('101')).toBe(true);
    const { watch } = on.dial('101');
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 430 });
    expect(on.signalling.reachable('101')).toBe(false);
  });

  test.each([
    ['without one', 'udp', false, true],
    ['over one that the server would tell of', 'tcp', true, true],
    ['over one that the server tells nothing of', 'tcp', false, false],
  ] as const)('a 410 of a phone that is reached %s', async (_, protocol, flowsTold, stays) => {
    const { rig: on } = await open(flowsTold, { flowsTold });
    const phone = await on.phone('101', protocol);
    expect(statusOf(await phone.register(userOf('101'), { Expires: '3600' }))).toBe(200);
    const { watch } = on.dial('101');
    phone.respond(await phone.next('INVITE'), 410);
    expect((await watch.next('failed')).failure).toMatchObject({ status: 410 });
    expect(on.signalling.reachable('101')).toBe(stays);
  });

  test('is gone, and the phone has come back: it rings over the new one', async () => {
    const { rig: on, connections } = await open(true);
    const before = await registered(on, '101');
    const phone = await registered(on, '101');
    await before.close();
    await connections(1);
    expect(on.signalling.reachable('101')).toBe(true);
    const { leg, watch } = on.dial('101');
    const invite = await phone.next('INVITE');
    leg.cancel();
    await watch.next('failed');
    phone.respond(invite, 487);
  });
});

describe('a phone behind an edge proxy (RFC 3327)', () => {
  test('is reached by the Route that its Path gave, through the place that the REGISTER came from', async () => {
    const { rig: on } = await open(true, { routesTaken: true });
    const edge = await on.phone('101');
    const { host, port } = edge.address;
    const Path = [`<sip:edge@${host}:${port};lr>`, '<sip:inner.invalid;lr;ob>'];
    const accepted = await edge.register(userOf('101'), {
      Path: Path.join(', '),
      Supported: 'path',
      Contact: '<sip:101@10.9.9.9:5061>',
      Expires: '3600',
    });
    expect([statusOf(accepted), fieldsOf(accepted, 'Path').join(', ')]).toEqual([200, Path.join(', ')]);
    // The NAT, if there is one, is the proxy's business.
    expect(fieldOf(accepted, 'Contact')).toMatch(/expires=3600$/);
    const { leg, watch } = on.dial('101');
    const invite = await edge.next('INVITE');
    expect(invite.startLine).toBe('INVITE sip:101@10.9.9.9:5061 SIP/2.0');
    expect(fieldsOf(invite, 'Route').join(', ')).toBe(Path.join(', '));
    leg.cancel();
    await watch.next('failed');
    edge.respond(invite, 487);
  });

  test('stays when the connection of the proxy is gone, and goes when the proxy says that the phone has', async () => {
    const { rig: on, connections } = await open(true, { routesTaken: true });
    const behind = createServer().listen(0, '127.0.0.1');
    await once(behind, 'listening');
    const { port } = behind.address() as AddressInfo;
    answering(behind, 'SIP/2.0 430 Flow Failed');
    const edge = await on.phone('101', 'tcp');
    const Path = `<sip:127.0.0.1:${port};transport=tcp;lr>`;
    expect(statusOf(await edge.register(userOf('101'), { Path, Supported: 'path' }))).toBe(200);
    await edge.close();
    await connections(0);
    expect(on.signalling.reachable('101')).toBe(true);
    const { watch } = on.dial('101');
    expect((await watch.next('failed')).failure).toMatchObject({ reason: 'unreachable', status: 430 });
    expect(on.signalling.reachable('101')).toBe(false);
    behind.close();
  });

  test('nobody else is made the destination of our calls', async () => {
    const { rig: on, clock } = await open(true, { routesTaken: true });
    const phone = await on.phone('101');
    for (const [Path, Supported, status] of [
      ['<sip:192.0.2.77;lr>', 'path', 403],
      ['<sip:edge.invalid;lr>', 'path', 403],
      [`<sip:${phone.address.host}:${phone.address.port};lr>`, 'timer', 421],
    ] as const) {
      expect(statusOf(await phone.register(userOf('101'), { Path, Supported }))).toBe(status);
      // Who has not registered is read by the time that strangers have.
      clock.advance(1_000);
    }
    expect(on.signalling.reachable('101')).toBe(false);
    phone.request('REGISTER', `sip:${phone.target}`, { To: `<sip:101@${phone.target}>`, Path: '<sip:192.0.2.77;lr>' });
    expect(statusOf(await phone.next(401))).toBe(401);
  });
});

describe('a phone with two flows (RFC 5626)', () => {
  const instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"';
  const flow = async (on: Rig, id: number): Promise<Phone> => {
    const phone = await on.phone('101', 'tcp');
    const Contact = `${phone.contact};${instance};reg-id=${id}`;
    expect(statusOf(await phone.register(userOf('101'), { Contact, Supported: 'outbound' }))).toBe(200);
    return phone;
  };

  test('rings on the other one when the first has gone without a word', async () => {
    const { rig: on, connections } = await open(false);
    const [first, second] = [await flow(on, 1), await flow(on, 2)];
    await second.close();
    await connections(1);
    const { leg, watch } = on.dial('101');
    const invite = await first.next('INVITE');
    expect(on.signalling.registrations.bindings).toBe(1);
    leg.cancel();
    await watch.next('failed');
    first.respond(invite, 487);
  });
});

describe('a phone that listens for other connections', () => {
  test('is asked when its own has gone, and is back when it answers', async () => {
    const { rig: on, connections } = await open(true);
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const phone = await on.phone('101', 'tcp');
    const Contact = `<sip:101@127.0.0.1:${port};transport=tcp>`;
    expect(statusOf(await phone.register(userOf('101'), { Contact }))).toBe(200);
    answering(listener, 'SIP/2.0 200 OK');
    await phone.close();
    await vi.waitFor(() =>
      expect(on.exchange.reachability).toEqual([
        ['101', true],
        ['101', false],
        ['101', true],
      ]),
    );
    await connections(1);
    listener.close();
  });
});
