import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../../../base/clock.ts';
import { KozpontError, messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { familyOf } from './addresses.ts';
import { bindError } from './bindError.ts';
import type { Hop, ListenAddress, Transport, TransportReceiver } from './transport.ts';

export interface TransportOptions {
  readonly address: string;
  readonly port: number;
  readonly advertise?: { readonly host: string; readonly port?: number };
  readonly clock: Clock;
  readonly log: Log;
}

const facts = { protocol: 'udp', reliable: false, secure: false } as const;

/** Bytes: what some hundred calls a second send while the process is busy elsewhere. The system may grant less. */
const receiveBuffer = 4 * 1024 * 1024;

/** A datagram of this length or less is no message but a keep-alive (RFC 5626, §3.5: CRLF pairs; some phones send zeros). */
const keepAlive = 4;

/** UDP on one address: one socket sends and receives, so that answers pass the far end's NAT (RFC 3581). */
export class UdpTransport implements Transport {
  readonly facts = facts;
  readonly connections = 0;
  private socket: Socket | undefined;
  private bound: ListenAddress | undefined;

  constructor(private readonly options: TransportOptions) {}

  get local(): ListenAddress {
    if (this.bound === undefined) throw new KozpontError('DISPOSED', 'the UDP transport is not open');
    return this.bound;
  }

  async open(receiver: TransportReceiver): Promise<void> {
    const { address, port, advertise, clock, log } = this.options;
    const family = familyOf(address) ?? 4;
    const socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      ipv6Only: family === 6,
      recvBufferSize: receiveBuffer,
      // Every destination is an address already; the default would ask the resolver's thread for each packet.
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', error => {
        socket.close();
        reject(bindError('udp', address, port, error));
      });
      socket.bind(port, address, () => {
        socket.removeAllListeners('error');
        resolve();
      });
    });
    const { port: boundPort } = socket.address();
    const id = `udp/${address}:${boundPort}`;
    this.bound = {
      ...facts,
      id,
      address,
      port: boundPort,
      ...(advertise === undefined ? {} : { advertised: { host: advertise.host, port: advertise.port ?? boundPort } }),
    };
    this.socket = socket;
    log.debug({ listener: id, receiveBuffer: socket.getRecvBufferSize() }, 'UDP socket open');
    socket.on('error', error => log.warn({ listener: id, error: messageOf(error) }, 'UDP socket error'));
    socket.on('message', (bytes, from) => {
      if (bytes.length <= keepAlive) return;
      receiver.received(bytes, {
        protocol: 'udp',
        address: from.address,
        port: from.port,
        listener: id,
        receivedAt: clock.now(),
      });
    });
  }

  send(bytes: Buffer, destination: Hop, done: (error?: KozpontError) => void): void {
    const { socket } = this;
    if (socket === undefined) {
      queueMicrotask(() => done(lost(destination, 'the transport is closed')));
      return;
    }
    socket.send(bytes, 0, bytes.length, destination.port, destination.address, error => {
      done(error === null || error === undefined ? undefined : lost(destination, messageOf(error)));
    });
  }

  reaches(): boolean {
    return this.socket !== undefined;
  }

  async close(): Promise<void> {
    const { socket } = this;
    this.socket = undefined;
    this.bound = undefined;
    if (socket !== undefined) await new Promise<void>(resolve => socket.close(resolve));
  }
}

const lost = ({ address, port }: Hop, why: string): KozpontError =>
  new KozpontError('CONNECTION_LOST', `nothing could be sent to udp ${address}:${port}: ${why}`);
