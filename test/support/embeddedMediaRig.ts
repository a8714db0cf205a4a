import type { Socket } from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import {
  createEmbeddedMedia,
  type EmbeddedMedia,
  type EmbeddedMediaOptions,
} from '../../src/embedded/rtp/embeddedMedia.ts';
import { type OpenSocket, openSystemSocket } from '../../src/embedded/rtp/socket/mediaSocket.ts';
import type { MediaEndpoint } from '../../src/media/port.ts';

export interface EmbeddedRig {
  readonly server: EmbeddedMedia;
  /** For sounds and recordings. */
  readonly folder: string;
  /** Ends an endpoint without asking it: its socket breaks. */
  kill(endpoint: MediaEndpoint): void;
  /** Sockets that are open now. */
  openSockets(): number;
  stop(): Promise<void>;
}

/** The embedded engine on loopback. */
export async function embeddedMediaRig(options: Partial<EmbeddedMediaOptions> = {}): Promise<EmbeddedRig> {
  const sockets = new Set<Socket>();
  const openSocket: OpenSocket = type => {
    const socket = openSystemSocket(type);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const folder = await mkdtemp(join(tmpdir(), 'kozpont-media-'));
  const server = createEmbeddedMedia({
    clock: systemClock,
    log: silentLog,
    bind: '127.0.0.1',
    ports: { from: 20_000, to: 29_999 },
    rest: 1000,
    openSocket,
    ...options,
  });
  return {
    server,
    folder,
    kill(endpoint) {
      const port = Number(/^m=audio (\d+)/m.exec(endpoint.localSdp)?.[1]);
      for (const socket of sockets) if (socket.address().port === port) socket.close();
    },
    openSockets: () => sockets.size,
    async stop() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
