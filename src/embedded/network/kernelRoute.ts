import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** An address that is literal already: the platform would ask the resolver, and put everything off to a later turn. */
const literal = (
  address: string,
  _options: unknown,
  found: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void => found(null, address, isIPv6(address) ? 6 : 4);

/**
 * The address of ours that the system sends from to `remote`, by its routing table; undefined where it has no route. No
 * packet leaves: a UDP socket is connected, asked, and closed, which takes some 30 µs.
 */
export function kernelRoute(remote: string): string | undefined {
  const six = isIPv6(remote);
  const socket = createSocket({ type: six ? 'udp6' : 'udp4', lookup: literal });
  // A failed connection is told on a later turn, too.
  socket.on('error', () => {});
  try {
    socket.bind({ port: 0, address: six ? '::' : '0.0.0.0', exclusive: true });
    socket.connect(9, remote);
    // Throws where the connection was not made.
    socket.remoteAddress();
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}
