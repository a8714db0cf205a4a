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
    if (own.size >= this.limits.ofNetwork) this.close(own);
    else if (this.size >= this.limits.inAll) this.close(this.largest());
    this.networks.set(network, own);
    own.set(socket, 'idle');
    this.size++;
    socket.once('close', () => {
      if (!own.delete(socket)) return;
      this.size--;
      if (own.size === 0 && this.networks.get(network) === own) this.networks.delete(network);
    });
  }

  has(socket: Socket, occupation: Occupation): boolean {
    return this.networks.get(networkOf(socket.remoteAddress ?? ''))?.get(socket) === occupation;
  }

  is(socket: Socket, occupation: Occupation): void {
    const own = this.networks.get(networkOf(socket.remoteAddress ?? ''));
    if (own?.delete(socket) === true) own.set(socket, occupation);
  }

  private largest(): Map<Socket, Occupation> {
    let largest = new Map<Socket, Occupation>();
    for (const one of this.networks.values()) if (one.size > largest.size) largest = one;
    return largest;
  }

  /** The next one to go; one that is `kept` never does. */
  private close(sockets: Map<Socket, Occupation>): void {
    for (const occupation of ['idle', 'busy'] as const) {
      for (const [socket, is] of sockets) {
        if (is !== occupation) continue;
        sockets.delete(socket);
        this.size--;
        socket.destroy();
        return;
      }
    }
  }
}
