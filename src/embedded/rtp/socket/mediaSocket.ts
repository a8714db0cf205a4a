import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type Faults, guard } from '../../../base/faults.ts';
import type { TransportAddress } from '../../../media/sdp/agreement.ts';

/** How a socket is made: tests hand in one of their own, to lose packets or to break it. */
export type OpenSocket = (type: 'udp4' | 'udp6') => Socket;

/**
 * Addresses are always literal here. Without a look-up of its own the platform would ask the resolver for every packet
 * that is not sent on a connected socket, and put off `bind` and `connect` to a later turn.
 */
const literal = (
  address: string,
  _options: unknown,
  found: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void => found(null, address, isIPv6(address) ? 6 : 4);

export const openSystemSocket: OpenSocket = type => createSocket({ type, lookup: literal });

/** What the network says of a party that is not there (any more), by ICMP or before a packet leaves: no reason to give up. */
const passing: readonly string[] = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EPERM',
  'EACCES',
  'EINVAL',
  'EADDRNOTAVAIL',
  'EMSGSIZE',
  'ENOBUFS',
  'EAGAIN',
];

export interface SocketEvents {
  packet(packet: Buffer, from: RemoteInfo): void;
  /** The socket is of no use any more. */
  broken(error: Error): void;
}

/** The rim: what a session needs of a socket. */
export interface PacketSocket {
  /** Undefined: what comes is dropped. */
  listen(events: SocketEvents | undefined): void;
  /** The packet must not be touched before it has left: that is at once, unless the kernel's buffer is full. */
  send(packet: Buffer, to: TransportAddress): void;
  /** From now on only `to` is heard, and sent to. */
  connect(to: TransportAddress): void;
  disconnect(): void;
  close(): void;
}

/**
 * A UDP socket of one party. Connected to the far end as soon as that is known for sure: then the kernel drops what
 * others send, and a packet costs less.
 */
export class MediaSocket implements PacketSocket {
  /** Errors of the network that were passed over. */
  errors = 0;
  private connected = false;
  private open = true;
  private events: SocketEvents | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly faults: Faults,
  ) {
    socket.on('message', (packet, from) => {
      try {
        this.events?.packet(packet, from);
      } catch (error) {
        faults.caught('rtp', error, packet);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (passing.includes(error.code ?? '')) this.errors++;
      else this.broken(error);
    });
    socket.on('close', () => this.broken(new Error('the socket was closed')));
  }

  /** Rejects with the error of `bind`; then nothing is left open. */
  static bind(open: OpenSocket, address: string, port: number, faults: Faults): Promise<MediaSocket> {
    const socket = open(isIPv6(address) ? 'udp6' : 'udp4');
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => {
        socket.close();
        reject(error);
      };
      socket.once('error', failed);
      socket.bind({ address, port, exclusive: true }, () => {
        socket.off('error', failed);
        resolve(new MediaSocket(socket, faults));
      });
    });
  }

  listen(events: SocketEvents | undefined): void {
    this.events = events;
  }

  send(packet: Buffer, to: TransportAddress): void {
    if (!this.open) return;
    if (this.connected) this.socket.send(packet);
    else this.socket.send(packet, to.port, to.address);
  }

  connect(to: TransportAddress): void {
    this.disconnect();
    try {
      this.socket.connect(to.port, to.address);
      // Throws where the connection was not made: then packets go on one by one.
      this.socket.remoteAddress();
      this.connected = true;
    } catch {
      this.errors++;
    }
  }

  disconnect(): void {
    if (!this.connected) return;
    this.connected = false;
    this.socket.disconnect();
  }

  private broken(error: Error): void {
    if (this.open) guard(this.faults, 'rtp', () => this.events?.broken(error));
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    try {
      this.socket.close();
    } catch {
      // It was closed beneath us: there is nothing left to close.
    }
  }
}
