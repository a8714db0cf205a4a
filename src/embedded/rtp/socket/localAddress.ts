import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { KozpontError, messageOf } from '../../../base/errors.ts';

/** Sockets can be opened at this address. Error: `MEDIA_ADDRESS`, where every call would be without sound. */
export function requireLocal(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.once('error', error => {
      socket.close();
      const unknown = (error as { code?: unknown }).code === 'EADDRNOTAVAIL';
      const why = unknown ? 'is no address of this machine' : `cannot be used: ${messageOf(error)}`;
      reject(new KozpontError('MEDIA_ADDRESS', `RTP ${address} ${why}`, { cause: error }));
    });
    socket.bind(0, address, () => socket.close(() => resolve()));
  });
}
