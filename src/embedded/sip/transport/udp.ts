import { createSocket, type Socket } from 'node:dgram';
import type { Clock, Duration, Timer } from '../../../base/clock.ts';
import { KozpontError, messageOf } from '../../../base/errors.ts';
import { FaultLog, type Faults, guard } from '../../../base/faults.ts';
import type { Log } from '../../../base/log.ts';
import type { LocalAddresses } from '../../network/localAddresses.ts';
import { familyOf, isWildcard } from './addresses.ts';
import { bindError } from './bindError.ts';
import {
  type Advertise,
  advertised,
  type Hop,
  type ListenAddress,
  type Transport,
  type TransportReceiver,
} from './transport.ts';

export interface TransportOptions {
  readonly address: string;
  readonly port: number;
  readonly advertise?: Advertise;
  readonly clock: Clock;
  readonly log: Log;
  /** Who hears of what a handler throws; default: the log. */
  readonly faults?: Faults | undefined;
}

export interface UdpOptions extends TransportOptions {
  /** The addresses of the machine, for a listener on all of them. */
  readonly machine: LocalAddresses;
}

const facts = { protocol: 'udp', reliable: false, secure: false } as const;

/** Bytes: what some hundred calls a second send while the process is busy elsewhere. The system may grant less. */
const receiveBuffer = 4 * 1024 * 1024;

/** A datagram of this length or less is no message but a keep-alive (RFC 5626, §3.5: CRLF pairs; some phones send zeros). */
const keepAlive = 4;

/** How often the addresses of the machine are looked at: a floating one that comes is answered from after this long. */
const lookEvery: Duration = 3_000;
/** Of a machine with more addresses, the last ones are answered from the address that the system chooses. */
const mostAddresses = 256;

/**
 * UDP on one address: one socket sends and receives, so that answers pass the far end's NAT (RFC 3581).
 *
 * On every address, a socket each: Node says nothing of the address that a datagram came to, and an answer has to leave
 * from there. Beside them stays one socket on all, for addresses that the system does not list, or that have just come;
 * the system hands a datagram to the one that is bound to its very address. They share the port (SO_REUSEADDR), so that it
 * is free is found out before, by a socket that shares with nobody.
 */
export class UdpTransport implements Transport {
  readonly facts = facts;
  readonly connections = 0;
  private socket: Socket | undefined;
  private bound: ListenAddress | undefined;
  private readonly sockets = new Map<string, Socket>();
  private looking: Timer | undefined;
  private readonly faults: Faults;

  constructor(private readonly options: UdpOptions) {
    this.faults = options.faults ?? new FaultLog(options.clock, options.log);
  }

  get local(): ListenAddress {
    if (this.bound === undefined) throw new KozpontError('DISPOSED', 'the UDP transport is not open');
    return this.bound;
  }

  async open(receiver: TransportReceiver): Promise<void> {
    const { address, port, advertise, log } = this.options;
    const everywhere = isWildcard(address);
    let free = port;
    if (everywhere) {
      const probe = await bind(address, port, false);
      free = probe.address().port;
      await closed(probe);
    }
    const socket = await bind(address, free, everywhere);
    const { port: boundPort } = socket.address();
    const id = `udp/${address}:${boundPort}`;
    this.bound = { ...facts, id, address, port: boundPort, ...advertised(advertise, boundPort) };
    this.socket = socket;
    log.debug({ listener: id, receiveBuffer: socket.getRecvBufferSize() }, 'UDP socket open');
    socket.on('error', error => log.warn({ listener: id, error: messageOf(error) }, 'UDP socket error'));
    this.listen(socket, id, everywhere ? undefined : address, receiver);
    if (everywhere) await this.look(id, boundPort, receiver);
  }

  send(bytes: Buffer, destination: Hop, done: (error?: KozpontError) => void): void {
    const socket = this.sockets.get(destination.local ?? '') ?? this.socket;
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
    const { socket, sockets } = this;
    this.looking?.cancel();
    this.socket = undefined;
    this.bound = undefined;
    const all = [...sockets.values(), ...(socket === undefined ? [] : [socket])];
    sockets.clear();
    await Promise.all(all.map(closed));
  }

  private listen(socket: Socket, listener: string, local: string | undefined, receiver: TransportReceiver): void {
    const { clock } = this.options;
    const here = local === undefined ? { listener } : { listener, local };
    socket.on('message', (bytes, from) => {
      if (bytes.length <= keepAlive) return;
      const { address, port } = from;
      const source = { protocol: 'udp', address, port, ...here, receivedAt: clock.now() } as const;
      guard(this.faults, 'sip', () => receiver.received(bytes, source), bytes);
    });
  }

  /** A socket for each address that the machine has now, and none for those that it had. */
  private async look(listener: string, port: number, receiver: TransportReceiver): Promise<void> {
    const { address, machine, clock, log } = this.options;
    const wanted = new Set(machine.of(familyOf(address) ?? 4).slice(0, mostAddresses));
    const drop = (one: string): void => {
      const socket = this.sockets.get(one);
      this.sockets.delete(one);
      socket?.close();
    };
    for (const known of [...this.sockets.keys()]) if (!wanted.has(known)) drop(known);
    for (const one of wanted) {
      if (this.sockets.has(one)) continue;
      try {
        const socket = await bind(one, port, true);
        if (this.bound === undefined) return await closed(socket);
        this.sockets.set(one, socket);
        socket.on('error', error => {
          log.warn({ listener, address: one, error: messageOf(error) }, 'UDP socket error');
          if (this.sockets.get(one) === socket) drop(one);
        });
        this.listen(socket, listener, one, receiver);
      } catch (error) {
        log.debug({ listener, address: one, error: messageOf(error) }, 'no UDP socket on this address');
      }
    }
    if (this.bound === undefined) return;
    this.looking = clock.after(lookEvery, () => {
      this.look(listener, port, receiver).catch(error =>
        log.error({ listener, error: messageOf(error) }, 'the addresses of the machine could not be looked at'),
      );
    });
  }
}

const bind = (address: string, port: number, shared: boolean): Promise<Socket> => {
  const family = familyOf(address) ?? 4;
  const socket = createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    ipv6Only: family === 6,
    reuseAddr: shared,
    recvBufferSize: receiveBuffer,
    // Every destination is an address already; the default would ask the resolver's thread for each packet.
    lookup: (host, _options, callback) => callback(null, host, family),
  });
  return new Promise<Socket>((resolve, reject) => {
    socket.once('error', error => {
      socket.close();
      reject(bindError('udp', address, port, error));
    });
    socket.bind({ port, address, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
};

const closed = (socket: Socket): Promise<void> => new Promise(resolve => socket.close(() => resolve()));

const lost = ({ address, port }: Hop, why: string): KozpontError =>
  new KozpontError('CONNECTION_LOST', `nothing could be sent to udp ${address}:${port}: ${why}`);
