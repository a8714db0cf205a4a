import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A range of UDP ports on loopback that nobody holds now, beginning with an even one, at a random place. */
export async function freePorts(count: number): Promise<{ from: number; to: number }> {
  for (;;) {
    const from = 10_000 + 2 * Math.floor(Math.random() * 4500);
    const sockets: Socket[] = [];
    try {
      for (let port = from; port < from + count; port++) {
        const socket = createSocket('udp4');
        sockets.push(socket);
        socket.bind(port, '127.0.0.1');
        await once(socket, 'listening');
      }
      return { from, to: from + count - 1 };
    } catch {
      // Somebody holds one of them: another place.
    } finally {
      for (const socket of sockets) {
        const closed = once(socket, 'close');
        socket.close();
        await closed;
      }
    }
  }
}
