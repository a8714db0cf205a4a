/**
 * The connections of the server. There is always room for one more: where there is none, the one goes that has waited
 * longest for its request, of the network that has the most; so who opens many, or sends their requests a byte at a
 * time, is in the way of nobody but themselves.
 */
import type { Socket } from 'node:net';
import { networkOf } from '../../base/network.ts';

export interface ConnectionLimits {
  readonly inAll: number;
  readonly ofNetwork: number;
}

/**
 * - `idle`: there is no request, or it is not whole;
 * - `busy`: it is being answered;
 * - `kept`: so is one who has shown that they may ask for it.
 */
export type Occupation = 'idle' | 'busy' | 'kept';

export class Connections {
  /** By network; insertion order is the order of age, within `idle` the order of waiting. */
  private readonly networks = new Map<string, Map<Socket, Occupation>>();
  private size = 0;

  constructor(private readonly limits: ConnectionLimits) {}

  add(socket: Socket): void {
    const network = networkOf(socket.remoteAddress ?? '');
    const own = this.networks.get(network) ?? new Map<Socket, Occupation>();
    if (own.size >= this.limits.ofNetwork) this.close(network, own);
    else if (this.size >= this.limits.inAll) this.close(...this.largest());
    this.networks.set(network, own);
    own.set(socket, 'idle');
    this.size++;
    socket.once('close', () => {
      if (!own.delete(socket)) return;
      this.left(network, own);
    });
  }

  /** For tests: of how many networks there is something. */
  get remembered(): number {
    return this.networks.size;
  }

  has(socket: Socket, occupation: Occupation): boolean {
    return this.networks.get(networkOf(socket.remoteAddress ?? ''))?.get(socket) === occupation;
  }

  is(socket: Socket, occupation: Occupation): void {
    const own = this.networks.get(networkOf(socket.remoteAddress ?? ''));
    if (own?.delete(socket) === true) own.set(socket, occupation);
  }

  /** The network with the most of those that may go. */
  private largest(): [network: string, sockets: Map<Socket, Occupation>] {
    let largest: [string, Map<Socket, Occupation>] = ['', new Map()];
    let most = 0;
    for (const [network, sockets] of this.networks) {
      if (sockets.size <= most) continue;
      const count = [...sockets.values()].filter(occupation => occupation !== 'kept').length;
      if (count > most) [largest, most] = [[network, sockets], count];
    }
    return largest;
  }

  private left(network: string, own: Map<Socket, Occupation>): void {
    this.size--;
    if (own.size === 0 && this.networks.get(network) === own) this.networks.delete(network);
  }

  /** The next one to go; one that is `kept` never does. */
  private close(network: string, sockets: Map<Socket, Occupation>): void {
    for (const occupation of ['idle', 'busy'] as const) {
      for (const [socket, is] of sockets) {
        if (is !== occupation) continue;
        sockets.delete(socket);
        this.left(network, sockets);
        socket.destroy();
        return;
      }
    }
  }
}
