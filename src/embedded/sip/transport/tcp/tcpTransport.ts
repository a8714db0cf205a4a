import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Instant, Timer } from '../../../../base/clock.ts';
import { KozpontError, messageOf } from '../../../../base/errors.ts';
import { FaultLog, type Faults, guard } from '../../../../base/faults.ts';
import { networkOf } from '../../../../base/network.ts';
import type { ParseLimits } from '../../../../sip/grammar/limits.ts';
import { familyOf, isWildcard, plainAddress } from '../addresses.ts';
import { bindError } from '../bindError.ts';
import type { StackLimits } from '../limits.ts';
import {
  advertised,
  type Hop,
  type ListenAddress,
  type SendOptions,
  type Source,
  type Transport,
  type TransportReceiver,
} from '../transport.ts';
import type { TransportOptions } from '../udp.ts';
import { Intake } from './intake.ts';
import { type Backlog, TcpConnection } from './tcpConnection.ts';

const facts = { protocol: 'tcp', reliable: true, secure: false } as const;

/** How often the connections are looked at for idleness: the limits are held to this precision. */
const sweepEvery = 5_000;

/** Of one connection: it is a stranger's to name them. */
const mostAliases = 4;

/** When all connections are in use, it is not looked again for one to close before this. */
const lookAgainAfter = 1_000;

/**
 * TCP on one address (RFC 3261, §18). A connection serves the address and port it comes from, or was made to, in both
 * directions; one of the far end's also the port that it names by `alias` (RFC 5923). A connection that a registration, a
 * dialog or a transaction rests on stays, and is kept alive. Any other is closed when it is idle, and, where there is no
 * room, in favour of a new one. All are closed when a message takes too long.
 */
export class TcpTransport implements Transport {
  readonly facts = facts;
  private server: Server | undefined;
  private bound: ListenAddress | undefined;
  private receiver: TransportReceiver | undefined;
  private sweeping: Timer | undefined;
  /** The one that has been quiet for longest comes first. */
  private readonly all = new Set<TcpConnection>();
  private readonly byAddress = new Map<string, TcpConnection>();
  private readonly aliases = new Map<TcpConnection, Hop[]>();
  /** By network. */
  private readonly perSource = new Map<string, number>();
  /** Those that we have made, and how many to each address. */
  private readonly outgoing = new Set<TcpConnection>();
  private readonly perDestination = new Map<string, number>();
  private fullUntil: Instant = Number.NEGATIVE_INFINITY;

  private readonly faults: Faults;
  private readonly intake: Intake;
  private readonly backlog: Backlog = { bytes: 0 };

  constructor(
    private readonly options: TransportOptions & { readonly limits: StackLimits; readonly parsing: ParseLimits },
  ) {
    this.faults = options.faults ?? new FaultLog(options.clock, options.log);
    this.intake = new Intake(options.clock, options.limits);
  }

  get local(): ListenAddress {
    if (this.bound === undefined) throw new KozpontError('DISPOSED', 'the TCP transport is not open');
    return this.bound;
  }

  get connections(): number {
    return this.all.size;
  }

  async open(receiver: TransportReceiver): Promise<void> {
    const { address, port, advertise, log } = this.options;
    // The far end may end its half and still wait for our answer.
    const server = createServer({ allowHalfOpen: true });
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
      ...advertised(advertise, boundPort),
    };
    this.server = server;
    this.receiver = receiver;
    server.on('error', error => log.warn({ listener: id, error: messageOf(error) }, 'TCP listener error'));
    server.on('connection', socket => {
      if (!guard(this.faults, 'sip', () => this.accepted(socket))) socket.destroy();
    });
  }

  send(bytes: Buffer, destination: Hop, done: (error?: KozpontError) => void, options?: SendOptions): void {
    const known = this.byAddress.get(keyOf(destination));
    if (known?.usable || (options?.answers === true && known?.answerable)) {
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
    return this.byAddress.get(keyOf(hop))?.answerable === true;
  }

  alias(source: Source, port: number): void {
    const connection = this.byAddress.get(keyOf(source));
    if (connection === undefined || connection.remote.port === port) return;
    const hop: Hop = { protocol: 'tcp', address: source.address, port };
    const key = keyOf(hop);
    if (this.byAddress.get(key)?.usable) return;
    const hops = this.aliases.get(connection);
    if (hops !== undefined && hops.length >= mostAliases) return;
    this.byAddress.set(key, connection);
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
    const { log } = this.options;
    const address = socket.remoteAddress === undefined ? undefined : plainAddress(socket.remoteAddress);
    const port = socket.remotePort;
    if (address === undefined || port === undefined || this.server === undefined) {
      socket.destroy();
      return;
    }
    if (!this.hasRoomFor(address)) {
      log.debug({ address }, 'TCP connection refused: there are too many, and all are in use');
      socket.destroy();
      return;
    }
    const local = socket.localAddress;
    const came = local === undefined ? {} : { local: plainAddress(local) };
    this.adopt(socket, { protocol: 'tcp', address, port, ...came }, { kind: 'incoming' });
  }

  /** Why none can be made; undefined: one can. */
  private noConnectionTo({ address }: Hop): string | undefined {
    const { limits } = this.options;
    if (this.server === undefined) return 'the transport is closed';
    if ((this.perDestination.get(address) ?? 0) >= limits.outgoingPerDestination)
      return 'there are too many connections to this address';
    const full = this.outgoing.size >= limits.outgoingConnections || !this.hasRoomFor(address);
    return full ? 'there are too many connections' : undefined;
  }

  private connectTo({ address, port, local }: Hop): TcpConnection {
    const from = isWildcard(this.local.address) ? local : this.local.address;
    const pinned = from === undefined ? {} : { local: from };
    const localAddress = from === undefined ? {} : { localAddress: from };
    const socket = connect({ host: address, port, allowHalfOpen: true, ...localAddress });
    const { connectTime } = this.options.limits;
    const remote: Hop = { protocol: 'tcp', address, port, ...pinned };
    const connection = this.adopt(socket, remote, { kind: 'outgoing', connectTime });
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
      limits,
      this.backlog,
      parsing,
      {
        took: bytes => this.intake.took(remote.address, bytes),
        message: (bytes, source) => {
          this.heard(connection);
          this.receiver?.received(bytes, source);
        },
        guarded: (run, bytes) => guard(this.faults, 'sip', run, bytes),
        broken: (error, source) => this.receiver?.broken(error, source),
        owes: ({ remote: source }) => this.receiver?.owes(source) ?? false,
        deaf: silent => this.tellLost(silent),
        closed: gone => this.forget(gone),
      },
    );
    this.all.add(connection);
    this.byAddress.set(keyOf(remote), connection);
    const network = networkOf(remote.address);
    this.perSource.set(network, (this.perSource.get(network) ?? 0) + 1);
    this.sweeping ??= clock.after(sweepEvery, () => this.sweep());
    return connection;
  }

  private forget(connection: TcpConnection): void {
    const { remote } = connection;
    this.all.delete(connection);
    countDown(this.perSource, networkOf(remote.address));
    if (this.outgoing.delete(connection)) countDown(this.perDestination, remote.address);
    for (const hop of this.hopsOf(connection)) {
      const key = keyOf(hop);
      if (this.byAddress.get(key) === connection) this.byAddress.delete(key);
    }
    this.aliases.delete(connection);
  }

  private tellLost(connection: TcpConnection): void {
    for (const { address, port } of this.hopsOf(connection)) this.receiver?.lost({ protocol: 'tcp', address, port });
  }

  private hopsOf(connection: TcpConnection): readonly Hop[] {
    return [connection.remote, ...(this.aliases.get(connection) ?? [])];
  }

  /** For one more connection with the network of this address, of either direction; others may have to go for it. */
  private hasRoomFor(address: string): boolean {
    const { limits } = this.options;
    const network = networkOf(address);
    const crowded = (this.perSource.get(network) ?? 0) >= limits.connectionsPerSource;
    if (crowded && !this.makeRoom(network)) return false;
    return this.all.size < limits.connections || this.makeRoom();
  }

  /**
   * Closes some of the connections that nothing rests on, those that have been quiet for longest: a newcomer has the time
   * to register. `network`: among those with it. False where there is none.
   */
  private makeRoom(network?: string): boolean {
    const { clock, limits, log } = this.options;
    if (network === undefined && clock.now() < this.fullUntil) return false;
    const most = Math.ceil((network === undefined ? limits.connections : limits.connectionsPerSource) / 64);
    const inUse = this.usage();
    const found: TcpConnection[] = [];
    for (const one of [...this.all]) {
      if (found.length >= most) break;
      if (one.connecting || (network !== undefined && networkOf(one.remote.address) !== network)) continue;
      // What is in use is not looked at again soon.
      if (one.answerable && inUse(one)) this.heard(one);
      else found.push(one);
    }
    for (const one of found) one.destroy('its place is needed');
    if (found.length > 0) {
      log.debug({ closed: found.length, connections: this.all.size }, 'idle TCP connections made room');
    } else if (network === undefined) {
      this.fullUntil = clock.now() + lookAgainAfter;
      log.warn({ connections: this.all.size }, 'there is no room for another TCP connection: all are in use');
    }
    return found.length > 0;
  }

  private heard(connection: TcpConnection): void {
    if (this.all.delete(connection)) this.all.add(connection);
  }

  /** Whether something rests on a connection; what rests where is looked up once. */
  private usage(): (connection: TcpConnection) => boolean {
    let inUse: ((hop: Hop) => boolean) | undefined;
    return connection => {
      inUse ??= this.receiver?.inUse() ?? (() => false);
      return this.hopsOf(connection).some(inUse);
    };
  }

  private sweep(): void {
    const { clock, limits, log } = this.options;
    const now = clock.now();
    const inUse = this.usage();
    for (const connection of [...this.all]) {
      const used = (): boolean => inUse(connection);
      const overdue = connection.overdue(now, limits.idleConnection, limits.messageTime, used);
      const why = overdue ?? (used() ? connection.keep(now) : undefined);
      if (why === undefined) continue;
      log.debug({ address: connection.remote.address, port: connection.remote.port, why }, 'TCP connection closed');
      guard(this.faults, 'sip', () => connection.destroy(why));
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
