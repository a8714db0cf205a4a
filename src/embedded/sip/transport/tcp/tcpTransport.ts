import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Timer } from '../../../../base/clock.ts';
import { KozpontError, messageOf } from '../../../../base/errors.ts';
import type { ParseLimits } from '../../../../sip/grammar/limits.ts';
import { familyOf, isWildcard, plainAddress } from '../addresses.ts';
import { bindError } from '../bindError.ts';
import type { StackLimits } from '../limits.ts';
import type { Hop, ListenAddress, SendOptions, Source, Transport, TransportReceiver } from '../transport.ts';
import type { TransportOptions } from '../udp.ts';
import { TcpConnection } from './tcpConnection.ts';

const facts = { protocol: 'tcp', reliable: true, secure: false } as const;

/** How often the connections are looked at for idleness: the limits are held to this precision. */
const sweepEvery = 5_000;

/**
 * TCP on one address (RFC 3261, §18). A connection serves the address and port it comes from, or was made to, in both
 * directions; one of the far end's also the port that it names by `alias` (RFC 5923). Connections are closed when they
 * are idle, when a message takes too long, and, where there is no room, in favour of a new one if none of their
 * messages was ever complete.
 */
export class TcpTransport implements Transport {
  readonly facts = facts;
  private server: Server | undefined;
  private bound: ListenAddress | undefined;
  private receiver: TransportReceiver | undefined;
  private sweeping: Timer | undefined;
  private readonly all = new Set<TcpConnection>();
  private readonly byAddress = new Map<string, TcpConnection>();
  private readonly aliases = new Map<TcpConnection, Hop[]>();
  private readonly perSource = new Map<string, number>();
  /** Those that we have made, and how many to each address. */
  private readonly outgoing = new Set<TcpConnection>();
  private readonly perDestination = new Map<string, number>();

  constructor(
    private readonly options: TransportOptions & { readonly limits: StackLimits; readonly parsing: ParseLimits },
  ) {}

  get local(): ListenAddress {
    if (this.bound === undefined) throw new KozpontError('DISPOSED', 'the TCP transport is not open');
    return this.bound;
  }

  get connections(): number {
    return this.all.size;
  }

  async open(receiver: TransportReceiver): Promise<void> {
    const { address, port, advertise, log } = this.options;
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', error => reject(bindError('tcp', address, port, error)));
      server.listen({ port, host: address, ipv6Only: familyOf(address) === 6, backlog: 1024 }, () => {
        server.removeAllListeners('error');
        resolve();
      });
    });
    const bound = server.address();
    const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
    const id = `tcp/${address}:${boundPort}`;
    this.bound = {
      ...facts,
      id,
      address,
      port: boundPort,
      ...(advertise === undefined ? {} : { advertised: { host: advertise.host, port: advertise.port ?? boundPort } }),
    };
    this.server = server;
    this.receiver = receiver;
    server.on('error', error => log.warn({ listener: id, error: messageOf(error) }, 'TCP listener error'));
    server.on('connection', socket => this.accepted(socket));
  }

  send(bytes: Buffer, destination: Hop, done: (error?: KozpontError) => void, options?: SendOptions): void {
    const known = this.byAddress.get(keyOf(destination));
    if (known?.usable) {
      known.send(bytes, done, options);
      return;
    }
    const why = this.noConnectionTo(destination);
    if (why !== undefined) {
      const { address, port } = destination;
      queueMicrotask(() => done(new KozpontError('CONNECTION_LOST', `tcp ${address}:${port}: ${why}`)));
      return;
    }
    this.connectTo(destination).send(bytes, done, options);
  }

  reaches(hop: Hop): boolean {
    return this.byAddress.get(keyOf(hop))?.open === true;
  }

  alias(source: Source, port: number): void {
    const connection = this.byAddress.get(keyOf(source));
    if (connection === undefined || connection.remote.port === port) return;
    const hop: Hop = { protocol: 'tcp', address: source.address, port };
    const key = keyOf(hop);
    if (this.byAddress.get(key)?.usable) return;
    this.byAddress.set(key, connection);
    const hops = this.aliases.get(connection);
    if (hops === undefined) this.aliases.set(connection, [hop]);
    else hops.push(hop);
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.bound = undefined;
    this.receiver = undefined;
    this.sweeping?.cancel();
    this.sweeping = undefined;
    const stopped = server === undefined ? undefined : new Promise<void>(resolve => server.close(() => resolve()));
    for (const connection of [...this.all]) connection.destroy('the transport is closed');
    await stopped;
  }

  private accepted(socket: Socket): void {
    const { limits, log } = this.options;
    const address = socket.remoteAddress === undefined ? undefined : plainAddress(socket.remoteAddress);
    const port = socket.remotePort;
    if (address === undefined || port === undefined || this.server === undefined) {
      socket.destroy();
      return;
    }
    if ((this.perSource.get(address) ?? 0) >= limits.connectionsPerSource) {
      log.debug({ address }, 'TCP connection refused: too many from this address');
      socket.destroy();
      return;
    }
    if (this.all.size >= limits.connections && !this.makeRoom()) {
      log.debug({ address }, 'TCP connection refused: too many altogether');
      socket.destroy();
      return;
    }
    this.adopt(socket, { protocol: 'tcp', address, port }, { kind: 'incoming' });
  }

  /** Why none can be made; undefined: one can. */
  private noConnectionTo({ address }: Hop): string | undefined {
    const { limits } = this.options;
    if (this.server === undefined) return 'the transport is closed';
    const full = this.all.size >= limits.connections || this.outgoing.size >= limits.outgoingConnections;
    if (full) return 'there are too many connections';
    return (this.perDestination.get(address) ?? 0) >= limits.outgoingPerDestination
      ? 'there are too many connections to this address'
      : undefined;
  }

  private connectTo({ address, port }: Hop): TcpConnection {
    const from = this.local.address;
    const socket = connect({ host: address, port, ...(isWildcard(from) ? {} : { localAddress: from }) });
    const { connectTime } = this.options.limits;
    const connection = this.adopt(socket, { protocol: 'tcp', address, port }, { kind: 'outgoing', connectTime });
    this.outgoing.add(connection);
    this.perDestination.set(address, (this.perDestination.get(address) ?? 0) + 1);
    return connection;
  }

  private adopt(socket: Socket, remote: Hop, direction: ConstructorParameters<typeof TcpConnection>[2]): TcpConnection {
    const { clock, limits, parsing } = this.options;
    const connection = new TcpConnection(
      socket,
      { ...remote, listener: this.local.id },
      direction,
      clock,
      limits.writeBacklog,
      parsing,
      {
        message: (bytes, source) => this.receiver?.received(bytes, source),
        broken: (error, source) => this.receiver?.broken(error, source),
        closed: gone => this.forget(gone),
      },
    );
    this.all.add(connection);
    this.byAddress.set(keyOf(remote), connection);
    this.perSource.set(remote.address, (this.perSource.get(remote.address) ?? 0) + 1);
    this.sweeping ??= clock.after(sweepEvery, () => this.sweep());
    return connection;
  }

  private forget(connection: TcpConnection): void {
    const { remote } = connection;
    this.all.delete(connection);
    countDown(this.perSource, remote.address);
    if (this.outgoing.delete(connection)) countDown(this.perDestination, remote.address);
    const hops = [remote, ...(this.aliases.get(connection) ?? [])];
    this.aliases.delete(connection);
    for (const hop of hops) {
      const key = keyOf(hop);
      if (this.byAddress.get(key) === connection) this.byAddress.delete(key);
      this.receiver?.lost({ protocol: 'tcp', address: hop.address, port: hop.port });
    }
  }

  /** Closes the oldest connection that never brought a whole message; false where there is none. */
  private makeRoom(): boolean {
    for (const connection of this.all) {
      if (connection.proven) continue;
      connection.destroy('its place is needed');
      return true;
    }
    return false;
  }

  private sweep(): void {
    const { clock, limits, log } = this.options;
    const now = clock.now();
    for (const connection of [...this.all]) {
      const why = connection.overdue(now, limits.idleConnection, limits.messageTime);
      if (why === undefined) continue;
      log.debug({ address: connection.remote.address, port: connection.remote.port, why }, 'TCP connection closed');
      connection.destroy(why);
    }
    this.sweeping = this.all.size === 0 ? undefined : clock.after(sweepEvery, () => this.sweep());
  }
}

function countDown(counts: Map<string, number>, address: string): void {
  const left = (counts.get(address) ?? 1) - 1;
  if (left > 0) counts.set(address, left);
  else counts.delete(address);
}

const keyOf = ({ address, port }: Hop): string => `${address} ${port}`;
