import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createSipStack } from '../../../src/embedded/sip/createStack.ts';
import type {
  ListenerOptions,
  ServerTransaction,
  SipCore,
  SipStack,
  SipStackOptions,
} from '../../../src/embedded/sip/stack.ts';
import type { SipRequest } from '../../../src/sip/message.ts';

export interface WireParty {
  readonly stack: SipStack;
  readonly port: number;
  readonly requests: ServerTransaction[];
  readonly acks: SipRequest[];
  onRequest: (transaction: ServerTransaction) => void;
}

/** A stack on real sockets of loopback; the two protocols share one port. */
export async function wireParty(
  options: Partial<Omit<SipStackOptions, 'core'>> & { readonly clock?: Clock; readonly core?: Partial<SipCore> } = {},
): Promise<WireParty> {
  const listeners: ListenerOptions[] = [
    { protocol: 'udp', address: '127.0.0.1', port: 0 },
    { protocol: 'tcp', address: '127.0.0.1', port: 0 },
  ];
  const { core = {}, ...rest } = options;
  const requests: ServerTransaction[] = [];
  const acks: SipRequest[] = [];
  const stack = createSipStack({
    clock: systemClock,
    log: silentLog,
    listeners,
    ...rest,
    core: {
      request: transaction => {
        requests.push(transaction);
        made.onRequest(transaction);
      },
      ack: ack => acks.push(ack),
      ...core,
    },
  });
  const [first] = await stack.listen();
  const made: WireParty = { stack, port: first?.port ?? 0, requests, acks, onRequest: () => {} };
  return made;
}

/** A connection of someone without a stack. */
export interface RawConnection {
  readonly socket: Socket;
  /** Settles once `text` has come. */
  read(text: string): Promise<string>;
  readonly closed: Promise<void>;
}

export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  let wake: () => void = () => {};
  socket.on('data', chunk => {
    received += chunk.toString('latin1');
    wake();
  });
  socket.on('error', () => {});
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  return {
    socket,
    closed,
    async read(text) {
      while (!received.includes(text)) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
      return received;
    },
  };
}

/** Datagrams of someone without a stack. */
export async function rawUdp(port: number) {
  const socket = createSocket('udp4');
  const received: string[] = [];
  let wake: () => void = () => {};
  socket.on('message', bytes => {
    received.push(bytes.toString('latin1'));
    wake();
  });
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return {
    port: socket.address().port,
    received,
    send: (bytes: Buffer | string) => new Promise<void>(resolve => socket.send(bytes, () => resolve())),
    async read(match: RegExp): Promise<string> {
      for (;;) {
        const found = received.find(text => match.test(text));
        if (found !== undefined) return found;
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    },
    close: () => new Promise<void>(resolve => socket.close(resolve)),
  };
}

export function optionsText(callId: string, transport: 'UDP' | 'TCP', port: number): string {
  return [
    'OPTIONS sip:b@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/${transport} 127.0.0.1:${port};branch=z9hG4bK${callId};rport`,
    'Max-Forwards: 70',
    'From: <sip:a@example.com>;tag=a',
    'To: <sip:b@example.com>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
