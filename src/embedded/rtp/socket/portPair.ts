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

/** Opens free pairs of the pool, and gives them back when they are closed. */
export class PortOpener {
  constructor(
    private readonly clock: Clock,
    private readonly open: OpenSocket,
    private readonly bind: string,
    private readonly pool: PortPool,
    private readonly faults: Faults,
  ) {}

  /** Errors: `PORTS_EXHAUSTED`; `MEDIA_UNAVAILABLE` where the address cannot be bound at all. */
  async take(): Promise<PortPair> {
    for (let attempt = 0; attempt < mostTaken; attempt++) {
      const port = this.pool.take(this.clock.now());
      if (port === undefined) throw new KozpontError('PORTS_EXHAUSTED', 'every RTP port is in use or rests');
      try {
        return await this.openPair(port);
      } catch (error) {
        this.pool.release(port, this.clock.now());
        if (!isTaken(error)) {
          throw new KozpontError('MEDIA_UNAVAILABLE', `cannot open ${this.bind}:${port}: ${messageOf(error)}`);
        }
      }
    }
    throw new KozpontError('PORTS_EXHAUSTED', `the last ${mostTaken} RTP ports tried are held by other programs`);
  }

  /** The pair rests before it is taken again. */
  giveBack(pair: PortPair): void {
    pair.rtp.close();
    pair.rtcp.close();
    this.pool.release(pair.port, this.clock.now());
  }

  private async openPair(port: number): Promise<PortPair> {
    const rtp = await MediaSocket.bind(this.open, this.bind, port, this.faults);
    try {
      return { rtp, rtcp: await MediaSocket.bind(this.open, this.bind, port + 1, this.faults), port };
    } catch (error) {
      rtp.close();
      throw error;
    }
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
