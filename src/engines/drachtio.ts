/** The production engine: a drachtio-server and FreeSWITCHes, each a program of its own, somewhere. */
import type { Config, Engine as EngineConfig } from '../config/config.ts';
import { pathOnServer } from '../config/sharedPaths.ts';
import { mediaSources } from '../config/trunks.ts';
import { hostResolver } from '../embedded/sip/targets/systemResolver.ts';
import { superviseFreeswitch } from '../media/freeswitch/supervise.ts';
import { MediaPool } from '../media/pool/mediaPool.ts';
import type { Engine, EngineParts } from './engine.ts';

type DrachtioConfig = Extract<EngineConfig, { kind: 'drachtio' }>;

/**
 * Connects to the media servers, and goes on trying for those that are not there. The SIP server is not asked for
 * anything before one of them is ready: calls that nobody could carry stay out.
 */
export function drachtioEngine(
  { drachtio, freeswitch }: DrachtioConfig,
  { node, trunks }: Pick<Config, 'node' | 'trunks'>,
  { clock, log, faults }: EngineParts,
): Engine {
  const pool = new MediaPool(log);
  let isReady = (): void => undefined;
  const ready = new Promise<void>(resolve => {
    isReady = resolve;
  });
  const supervised = freeswitch.map(server =>
    superviseFreeswitch(
      {
        clock,
        log,
        faults,
        name: server.name,
        host: server.host,
        port: server.port,
        secret: server.secret,
        sip: drachtio,
        profile: server.profile,
        application: node,
        paths: path => pathOnServer(server, path),
        mediaFrom: mediaSources(trunks),
        resolveHost: hostResolver(clock),
      },
      {
        ready(media) {
          pool.add(media);
          isReady();
        },
        lost: media => pool.remove(media),
      },
    ),
  );
  return {
    server: drachtio,
    listening: undefined,
    media: pool,
    outlives: true,
    routesTaken: false,
    watchFlows: undefined,
    ready,
    mediaServers: () =>
      supervised.map(({ name, server }) => ({
        name,
        ready: server?.ready === true && !pool.isDraining(name),
        endpoints: server?.endpoints ?? 0,
      })),
    drainMedia(name) {
      const became = pool.drain(name);
      if (became !== 'draining') return became;
      return () => supervised.find(one => one.name === name)?.server?.endpoints ?? 0;
    },
    rtpPorts: () => undefined,
    held: () => ({ endpoints: pool.endpoints }),
    async close() {
      await Promise.all(supervised.map(one => one.close()));
      await pool.close();
    },
  };
}
