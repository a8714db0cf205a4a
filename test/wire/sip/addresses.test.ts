/** A listener on every address of the machine: what comes to one of them is answered from there. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { NetworkInterfaceInfo } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { LocalAddresses } from '../../../src/embedded/network/localAddresses.ts';
import { createSipStack } from '../../../src/embedded/sip/createStack.ts';
import { responseTo } from '../../../src/embedded/sip/responseTo.ts';
import type { SipStack } from '../../../src/embedded/sip/stack.ts';
import type { Source } from '../../../src/embedded/sip/transport/transport.ts';
import { UdpTransport } from '../../../src/embedded/sip/transport/udp.ts';
import { leaveNoSocketOpen } from '../../support/switchboard/openSockets.ts';

leaveNoSocketOpen();

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const client = async (address: string): Promise<Socket> => {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  closing.push(() => {
    const closed = once(socket, 'close');
    socket.close();
    return closed;
  });
  return socket;
};

const ask = async (socket: Socket, address: string, port: number, text: string): Promise<RemoteInfo> => {
  const answered = once(socket, 'message') as Promise<[Buffer, RemoteInfo]>;
  socket.send(text, port, address);
  return (await answered)[1];
};

const options = (id: string): string =>
  [
    'OPTIONS sip:b@example.com SIP/2.0',
    `Via: SIP/2.0/UDP client.example;rport;branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    'From: <sip:a@example.com>;tag=a',
    'To: <sip:b@example.com>',
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    '',
    '',
  ].join('\r\n');

const listening = async (address: string): Promise<{ stack: SipStack; port: number }> => {
  const stack = createSipStack({
    clock: systemClock,
    log: silentLog,
    listeners: [
      { protocol: 'udp', address, port: 0 },
      { protocol: 'tcp', address, port: 0 },
    ],
    core: { request: asked => void asked.respond(responseTo(asked.request, 200, { toTag: 'b' })), ack: () => {} },
  });
  closing.push(() => stack.close());
  const [udp] = await stack.listen();
  return { stack, port: udp?.port ?? 0 };
};

describe('UDP on every address', () => {
  const ours = new LocalAddresses(systemClock);

  it('answers from the address that was asked, whatever the system would choose', async () => {
    const { port } = await listening('0.0.0.0');
    const socket = await client('127.0.0.5');
    for (const address of ours.of(4)) {
      expect((await ask(socket, address, port, options(`v4${address}`))).address).toBe(address);
    }
  });

  it('of IPv6 as well', async ({ skip }) => {
    skip(!ours.has('::1'), 'this machine has no IPv6 on its loopback');
    const { port } = await listening('::');
    const socket = await client('::1');
    for (const address of ours.of(6)) {
      expect((await ask(socket, address, port, options(`v6${address}`))).address).toBe(address);
    }
  });

  it('finds a port taken that somebody listens on, in the same way or on one address', async () => {
    const { port } = await listening('0.0.0.0');
    const [address = '127.0.0.1'] = ours.of(4);
    for (const again of ['0.0.0.0', address]) {
      const second = createSipStack({
        clock: systemClock,
        log: silentLog,
        listeners: [{ protocol: 'udp', address: again, port }],
        core: { request: () => {}, ack: () => {} },
      });
      await expect(second.listen()).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
      await second.close();
    }
  });

  it('follows addresses that come and go', async () => {
    const clock = new VirtualClock();
    let addresses = ['127.0.0.1'];
    const interfaces = (): NetworkInterfaceInfo[] =>
      addresses.map(address => ({
        address,
        netmask: '255.0.0.0',
        family: 'IPv4',
        mac: '',
        internal: true,
        cidr: null,
      }));
    const machine = new LocalAddresses(clock, interfaces);
    const udp = new UdpTransport({ address: '0.0.0.0', port: 0, clock, log: silentLog, machine });
    closing.push(() => udp.close());
    const sources: Source[] = [];
    const received = (bytes: Buffer, source: Source): void => {
      sources.push(source);
      udp.send(bytes, source, () => {});
    };
    await udp.open({ received, broken: () => {}, lost: () => {}, owes: () => false, inUse: () => () => false });
    const socket = await client('127.0.0.5');
    const asked = async (address: string): Promise<(string | undefined)[]> => {
      const { address: from } = await ask(socket, address, udp.local.port, 'hello');
      return [from, sources.at(-1)?.local];
    };
    const turn = async (): Promise<void> => {
      clock.advance(3_000);
      await new Promise(resolve => setImmediate(resolve));
    };
    expect(await asked('127.0.0.1')).toEqual(['127.0.0.1', '127.0.0.1']);
    // Not known yet: taken all the same, and answered from where the system likes.
    expect(await asked('127.0.0.7')).toEqual(['127.0.0.1', undefined]);
    addresses = ['127.0.0.1', '127.0.0.7'];
    await turn();
    expect(await asked('127.0.0.7')).toEqual(['127.0.0.7', '127.0.0.7']);
    addresses = ['127.0.0.1'];
    await turn();
    expect(await asked('127.0.0.7')).toEqual(['127.0.0.1', undefined]);
    expect(await asked('127.0.0.1')).toEqual(['127.0.0.1', '127.0.0.1']);
    await udp.close();
    expect(clock.armed).toBe(0);
  });
});
