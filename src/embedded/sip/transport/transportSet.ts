import type { Clock } from '../../../base/clock.ts';
import { KozpontError } from '../../../base/errors.ts';
import { LocalAddresses } from '../../network/localAddresses.ts';
import type { LocalAddress } from '../stack.ts';
import { type Family, familyOf, isLoopback, isWildcard, withoutBrackets } from './addresses.ts';
import type { Hop, ListenAddress, Protocol, SendOptions, Source, Transport, TransportReceiver } from './transport.ts';

/** The port of a protocol where none is named (RFC 3261, §18.1.1, §19.1.2). */
export const defaultPort = (protocol: Protocol): number =>
  protocol === 'tls' ? 5061 : protocol === 'ws' ? 80 : protocol === 'wss' ? 443 : 5060;

/** RFC 3261, §17: all but UDP. */
export const isReliable = (protocol: Protocol): boolean => protocol !== 'udp';

/** All transports of a stack: which one carries a message, and what we are called by whom it goes to. */
export class TransportSet {
  private readonly opened: Transport[] = [];
  readonly machine: LocalAddresses;
  /** The address of ours that was last used towards a place: by its hop, and by its address alone. */
  private readonly used = new Map<string, string>();

  constructor(clock: Clock, machine?: LocalAddresses) {
    this.machine = machine ?? new LocalAddresses(clock);
  }

  get addresses(): readonly ListenAddress[] {
    return this.opened.map(transport => transport.local);
  }

  /** For tests: how much is remembered of where messages came to. */
  get remembered(): number {
    return this.used.size;
  }

  get connections(): number {
    return this.opened.reduce((sum, transport) => sum + transport.connections, 0);
  }

  async open(transport: Transport, receiver: TransportReceiver): Promise<void> {
    await transport.open(receiver);
    this.opened.push(transport);
  }

  async close(): Promise<void> {
    const all = this.opened.splice(0);
    await Promise.all(all.map(transport => transport.close()));
  }

  serves(protocol: Protocol, family?: Family): boolean {
    return this.opened.some(
      ({ facts, local }) => facts.protocol === protocol && (family === undefined || familyOf(local.address) === family),
    );
  }

  /**
   * The transport for a hop: the listener that it names while there is one, else that of the address that the hop is to be
   * sent to from, else one on every address, else one that fits.
   */
  choose(hop: Hop): Transport | undefined {
    const family = familyOf(hop.address);
    const fitting = this.opened.filter(
      ({ facts, local: { address } }) =>
        facts.protocol === hop.protocol &&
        familyOf(address) === family &&
        (isWildcard(address) || isLoopback(address) === isLoopback(hop.address) || address === hop.local),
    );
    const named = this.opened.find(
      ({ facts, local }) =>
        local.id === hop.listener && facts.protocol === hop.protocol && familyOf(local.address) === family,
    );
    if (named !== undefined || fitting.length < 2) return named ?? fitting[0];
    const from =
      hop.local ?? this.used.get(keyOf(hop)) ?? this.used.get(placeOf(hop)) ?? this.machine.towards(hop.address);
    return (
      fitting.find(({ local }) => local.address === from) ??
      fitting.find(({ local }) => isWildcard(local.address)) ??
      fitting[0]
    );
  }

  /** `hop`, with the address of ours that it is sent to from. */
  pinned(transport: Transport, hop: Hop): Hop {
    const local = this.fromOf(transport.local, hop);
    return local === hop.local ? hop : { ...hop, local };
  }

  /** What goes to where this came from leaves from the address that it came to. */
  remember(source: Source): void {
    const { local } = source;
    if (local === undefined) return;
    for (const key of [keyOf(source), placeOf(source)]) {
      this.used.delete(key);
      this.used.set(key, local);
    }
    for (const oldest of this.used.keys()) {
      if (this.remembered <= 2 * rememberedPlaces) break;
      this.used.delete(oldest);
    }
  }

  private fromOf({ address, advertised }: ListenAddress, hop: Hop): string {
    if (!isWildcard(address)) return address;
    const { machine, used } = this;
    const may = (local: string | undefined): local is string =>
      local !== undefined &&
      familyOf(local) === familyOf(hop.address) &&
      machine.canBind(local) &&
      reachable(local, hop);
    for (const local of [hop.local, used.get(keyOf(hop)), used.get(placeOf(hop)), advertised?.hostFor(hop.address)]) {
      if (may(local)) return local;
    }
    return machine.towards(hop.address);
  }

  send(bytes: Buffer, hop: Hop, done: (error?: KozpontError) => void, options?: SendOptions): void {
    const transport = hop.port > 0 && hop.port < 65_536 ? this.choose(hop) : undefined;
    if (transport !== undefined) transport.send(bytes, this.pinned(transport, hop), done, options);
    else queueMicrotask(() => done(unserved(hop)));
  }

  /** A Via with `alias` and this port (or the default one) came over the connection of `source`. */
  alias(source: Source, port: number | null): void {
    this.choose(source)?.alias?.(source, port ?? defaultPort(source.protocol));
  }

  localOf(transport: Transport, hop: Hop): LocalAddress {
    const { id, port, protocol, advertised } = transport.local;
    const told = advertised?.hostFor(hop.address);
    // An address of the other family is none that it can reach; a name may be.
    const fits = told !== undefined && (familyOf(told) ?? familyOf(hop.address)) === familyOf(hop.address);
    if (advertised !== undefined && fits) return { protocol, host: told, port: advertised.port, listener: id };
    return { protocol, host: this.fromOf(transport.local, hop), port, listener: id };
  }

  isLocal(host: string, port?: number): boolean {
    const bare = withoutBrackets(host).toLowerCase();
    return this.opened.some(({ local: { address, port: bound, protocol, advertised } }) => {
      if (advertised?.hosts.some(one => one.toLowerCase() === bare)) {
        if ((port ?? defaultPort(protocol)) === advertised.port) return true;
      }
      if ((port ?? defaultPort(protocol)) !== bound) return false;
      if (address === bare) return true;
      return isWildcard(address) && (this.machine.has(bare) || bare === 'localhost');
    });
  }
}

const rememberedPlaces = 20_000;

const keyOf = ({ protocol, address, port }: Hop): string => `${protocol} ${address} ${port}`;
const placeOf = ({ protocol, address }: Hop): string => `${protocol} ${address}`;

/** Loopback reaches loopback alone. */
const reachable = (local: string, { address }: Hop): boolean => !isLoopback(local) || isLoopback(address);

export const unserved = ({ protocol, address, port }: Hop): KozpontError =>
  new KozpontError('CONNECTION_LOST', `no listener can send to ${protocol} ${address}:${port}`);
