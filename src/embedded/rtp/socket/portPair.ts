import type { Clock } from '../../../base/clock.ts';
import { KozpontError, messageOf } from '../../../base/errors.ts';
import type { Faults } from '../../../base/faults.ts';
import { MediaSocket, type OpenSocket, type PacketSocket } from './mediaSocket.ts';
import type { PortPool } from './portPool.ts';

/** How many ports that another program holds are passed over for one call. */
const mostTaken = 50;

/** The two sockets of a party: RTP, and RTCP on the next port. */
export interface PortPair {
  readonly rtp: PacketSocket;
  readonly rtcp: PacketSocket;
  readonly port: number;
}

/** The ports of a party, on one address or on several: until it has answered, nobody knows which one it can reach. */
export interface PortLease {
  readonly port: number;
  /** By the address that it is bound to. */
  readonly pairs: Map<string, PortPair>;
}

/** Opens free pairs of the pool, and gives them back when they are closed. */
export class PortOpener {
  constructor(
    private readonly clock: Clock,
    private readonly open: OpenSocket,
    private readonly pool: PortPool,
    private readonly faults: Faults,
  ) {}

  /** The same ports on each address. Errors: `PORTS_EXHAUSTED`; `MEDIA_UNAVAILABLE` where one cannot be bound at all. */
  async take(addresses: readonly string[]): Promise<PortLease> {
    for (let attempt = 0; attempt < mostTaken; attempt++) {
      const port = this.pool.take(this.clock.now());
      if (port === undefined) throw new KozpontError('PORTS_EXHAUSTED', 'every RTP port is in use or rests');
      const lease: PortLease = { port, pairs: new Map() };
      try {
        for (const address of addresses) await this.add(lease, address);
        return lease;
      } catch (error) {
        this.giveBack(lease);
        if (!isTaken(error)) {
          throw new KozpontError('MEDIA_UNAVAILABLE', `cannot open ${addresses.join()}:${port}: ${messageOf(error)}`);
        }
      }
    }
    throw new KozpontError('PORTS_EXHAUSTED', `the last ${mostTaken} RTP ports tried are held by other programs`);
  }

  /** The ports of a lease on one address more. Rejects with the error of `bind`. */
  async add(lease: PortLease, address: string): Promise<PortPair> {
    const known = lease.pairs.get(address);
    if (known !== undefined) return known;
    const rtp = await MediaSocket.bind(this.open, address, lease.port, this.faults);
    try {
      const rtcp = await MediaSocket.bind(this.open, address, lease.port + 1, this.faults);
      const pair = { rtp, rtcp, port: lease.port };
      lease.pairs.set(address, pair);
      return pair;
    } catch (error) {
      rtp.close();
      throw error;
    }
  }

  /** The ports rest before they are taken again. */
  giveBack({ port, pairs }: PortLease): void {
    for (const pair of pairs.values()) {
      pair.rtp.close();
      pair.rtcp.close();
    }
    pairs.clear();
    this.pool.release(port, this.clock.now());
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
