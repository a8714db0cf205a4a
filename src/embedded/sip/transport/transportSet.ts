import type { Clock } from '../../../base/clock.ts';
import { KozpontError } from '../../../base/errors.ts';
import type { LocalAddress } from '../stack.ts';
import { type Family, familyOf, isLoopback, isWildcard, LocalAddresses, withoutBrackets } from './addresses.ts';
import type { Hop, ListenAddress, Protocol, SendOptions, Source, Transport, TransportReceiver } from './transport.ts';

/** The port of a protocol where none is named (RFC 3261, §18.1.1, §19.1.2). */
export const defaultPort = (protocol: Protocol): number =>
  protocol === 'tls' ? 5061 : protocol === 'ws' ? 80 : protocol === 'wss' ? 443 : 5060;

/** RFC 3261, §17: all but UDP. */
export const isReliable = (protocol: Protocol): boolean => protocol !== 'udp';

/** All transports of a stack: which one carries a message, and what we are called by whom it goes to. */
export class TransportSet {
  private readonly opened: Transport[] = [];
  private readonly machine: LocalAddresses;

  constructor(clock: Clock, machine?: LocalAddresses) {
    this.machine = machine ?? new LocalAddresses(clock);
  }

  get addresses(): readonly ListenAddress[] {
    return this.opened.map(transport => transport.local);
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

  /** The transport for a hop: the listener that it names while there is one, else one whose address fits the hop's. */
  choose(hop: Hop): Transport | undefined {
    let best: Transport | undefined;
    const family = familyOf(hop.address);
    for (const transport of this.opened) {
      const { local } = transport;
      if (transport.facts.protocol !== hop.protocol || familyOf(local.address) !== family) continue;
      if (local.id === hop.listener) return transport;
      const fits = isWildcard(local.address) || isLoopback(local.address) === isLoopback(hop.address);
      if (best === undefined && fits) best = transport;
    }
    return best;
  }

  send(bytes: Buffer, hop: Hop, done: (error?: KozpontError) => void, options?: SendOptions): void {
    const transport = hop.port > 0 && hop.port < 65_536 ? this.choose(hop) : undefined;
    if (transport !== undefined) transport.send(bytes, hop, done, options);
    else queueMicrotask(() => done(unserved(hop)));
  }

  /** A Via with `alias` and this port (or the default one) came over the connection of `source`. */
  alias(source: Source, port: number | null): void {
    this.choose(source)?.alias?.(source, port ?? defaultPort(source.protocol));
  }

  localOf(transport: Transport, hop: Hop): LocalAddress {
    const { id, address, port, protocol, advertised } = transport.local;
    if (advertised !== undefined) return { protocol, host: advertised.host, port: advertised.port, listener: id };
    const host = isWildcard(address) ? this.machine.towards(hop.address) : address;
    return { protocol, host, port, listener: id };
  }

  isLocal(host: string, port?: number): boolean {
    const bare = withoutBrackets(host).toLowerCase();
    return this.opened.some(({ local: { address, port: bound, protocol, advertised } }) => {
      if (advertised !== undefined && advertised.host.toLowerCase() === bare) {
        if ((port ?? defaultPort(protocol)) === advertised.port) return true;
      }
      if ((port ?? defaultPort(protocol)) !== bound) return false;
      if (address === bare) return true;
      return isWildcard(address) && (this.machine.has(bare) || bare === 'localhost');
    });
  }
}

export const unserved = ({ protocol, address, port }: Hop): KozpontError =>
  new KozpontError('CONNECTION_LOST', `no listener can send to ${protocol} ${address}:${port}`);
