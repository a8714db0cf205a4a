/** A third party, whom an attack would like to reach by way of us: UDP and TCP at one address. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { anyAddress } from '../../support/wire/stranger.ts';

export class Victim {
  /** Datagrams, and pieces of what came by connections. */
  readonly received: string[] = [];
  /** How many there ever were. */
  connections = 0;
  private readonly open = new Set<Socket>();

  private constructor(
    readonly address: string,
    readonly port: number,
    private readonly udp: UdpSocket,
    private readonly tcp: Server,
  ) {
    udp.on('message', bytes => this.received.push(bytes.toString('latin1')));
    tcp.on('connection', socket => {
      this.connections++;
      this.open.add(socket);
      socket.on('data', bytes => this.received.push(bytes.toString('latin1')));
      socket.on('error', () => {});
      socket.on('close', () => this.open.delete(socket));
    });
  }

  static async open(address = anyAddress(), port = 0): Promise<Victim> {
    const tcp = createServer();
    tcp.listen(port, address);
    await once(tcp, 'listening');
    const found = (tcp.address() as { port: number }).port;
    const udp = createSocket('udp4');
    udp.bind(found, address);
    await once(udp, 'listening');
    return new Victim(address, found, udp, tcp);
  }

  /** `address:port`, for a URI or a Via. */
  get host(): string {
    return `${this.address}:${this.port}`;
  }

  get wasReached(): boolean {
    return this.received.length > 0 || this.connections > 0;
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await Promise.all([
      new Promise<void>(resolve => this.udp.close(resolve)),
      new Promise<void>(resolve => this.tcp.close(() => resolve())),
    ]);
  }
}
