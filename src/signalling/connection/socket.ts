/** What drachtio-srf has no method for: to be quick, to find out whether the server is alive, and to leave it for good. */
import type { Socket } from 'node:net';
import type { Clock, Duration } from '../../base/clock.ts';
import type { DrachtioSrf } from '../drachtio/srf.ts';

/** A socket that drachtio-srf opens after the first one lost its connection waits for more to send: up to 40 ms a message. */
export const sendAtOnce = (srf: DrachtioSrf): void => {
  for (const socket of srf.app.client.mapServer.keys()) socket.setNoDelay(true);
};

/** Gives the socket, to be destroyed where no pong comes. drachtio-srf's own ping takes no notice of a missing one. */
export const ping = (srf: DrachtioSrf, pong: () => void): Socket | undefined => {
  for (const [socket, server] of srf.app.client.mapServer) {
    if (!server.authenticated || socket.destroyed) continue;
    server.pendingRequests.set(srf.app.client.wp.send(socket, 'ping'), pong);
    return socket;
  }
  return undefined;
};

/** A message within a transaction of another connection, for which drachtio-srf has no object. */
export const sendWithin = (srf: DrachtioSrf, transaction: string, message: string): void => {
  for (const [socket, server] of srf.app.client.mapServer) {
    if (!server.authenticated || socket.destroyed) continue;
    const id = srf.app.client.wp.send(socket, `sip|${transaction}|\r\n${message}`);
    // Whether the server still knew of it makes no difference.
    server.pendingRequests.set(id, () => {});
  }
};

/** drachtio-srf's `disconnect` fails where there is no connection, and then goes on trying to make one. */
export const hangUpOnServer = async (srf: DrachtioSrf, clock: Clock, within: Duration): Promise<void> => {
  const { wp, mapServer } = srf.app.client;
  wp.closing = true;
  if (wp.reconnectVars.retryTimer !== null) clearTimeout(wp.reconnectVars.retryTimer);
  const sockets = [...mapServer.keys()];
  if (wp.socket !== undefined && !sockets.includes(wp.socket)) wp.socket.destroy();
  await Promise.all(sockets.map(socket => closed(socket, clock, within)));
};

const closed = (socket: Socket, clock: Clock, within: Duration): Promise<void> =>
  new Promise(resolve => {
    if (socket.destroyed) return resolve();
    const timer = clock.after(within, () => socket.destroy());
    socket.once('close', () => {
      timer.cancel();
      resolve();
    });
    socket.end();
  });
