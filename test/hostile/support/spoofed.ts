/** Somebody whose address a stranger has forged: sends what the forger sends, counts what that costs, and never reacts. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { anyAddress, type Server } from '../../support/wire/stranger.ts';

export class Spoofed {
  sent = { packets: 0, bytes: 0 };
  received = { packets: 0, bytes: 0 };
  readonly texts: string[] = [];

  private constructor(
    readonly address: string,
    private readonly server: Server,
    private readonly socket: Socket,
  ) {
    socket.on('message', bytes => {
      this.received = { packets: this.received.packets + 1, bytes: this.received.bytes + bytes.length };
      this.texts.push(bytes.toString('latin1'));
    });
  }

  static async open(server: Server): Promise<Spoofed> {
    const socket = createSocket('udp4');
    const address = anyAddress();
    socket.bind(0, address);
    await once(socket, 'listening');
    return new Spoofed(address, server, socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** `address:port` */
  get host(): string {
    return `${this.address}:${this.port}`;
  }

  async send(bytes: string | Uint8Array): Promise<void> {
    const { server, socket } = this;
    this.sent = { packets: this.sent.packets + 1, bytes: this.sent.bytes + Buffer.byteLength(bytes) };
    await new Promise<void>((resolve, reject) => {
      socket.send(bytes, server.port, server.address, error => (error ? reject(error) : resolve()));
    });
  }

  close(): Promise<void> {
    return new Promise(resolve => this.socket.close(resolve));
  }
}
