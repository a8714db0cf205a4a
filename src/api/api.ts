/** What a supervisor sees of the running switchboard: whether it lives, whether it takes calls, and its numbers. */

import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Faults } from '../base/faults.ts';
import type { Log } from '../base/log.ts';
import { type Access, newToken, removeAccess, writeAccess } from './accessFile.ts';
import { json } from './answer.ts';
import { drainRoute } from './drain/drainRoute.ts';
import type { Metrics } from './metrics/metrics.ts';
import { recent } from './metrics/recent.ts';
import type { Switchboard } from './ports.ts';
import { notReady } from './readiness.ts';
import { type HttpServer, openHttpServer, type Routes } from './server.ts';

export interface ApiOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: Faults;
  readonly listen: { readonly address: string; readonly port: number };
  /** Names under which it is asked, beside loopback and its address. */
  readonly hosts: readonly string[];
  /** Where `kozpont drain` finds the address and the token. */
  readonly accessFile: string;
  readonly switchboard: Switchboard;
  readonly metrics: Metrics;
}

export type Api = HttpServer;

/** Error: `API_ADDRESS_IN_USE`. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { clock, log, faults, listen, hosts, accessFile, metrics, switchboard } = options;
  const token = newToken();
  const server = await openHttpServer({ clock, faults, listen, hosts, routes: routesOf(options, token) });
  metrics.show(switchboard);
  const access: Access = { url: urlOf(server), token };
  await writeAccess(accessFile, access).catch(error => {
    log.error({ file: accessFile, error: messageOf(error) }, 'kozpont drain will not find this Kozpont');
  });
  return {
    address: server.address,
    port: server.port,
    async close() {
      await server.close();
      await removeAccess(accessFile, access);
    },
  };
}

const routesOf = ({ clock, switchboard, metrics }: ApiOptions, token: string): Routes => {
  const text = recent(clock, () => metrics.text());
  return {
    // Whoever answers is alive, and its event loop turns.
    '/healthz': { GET: () => json(200, { alive: true }) },
    '/readyz': {
      GET: () => {
        const reasons = notReady(switchboard);
        const ready = reasons.length === 0;
        return json(ready ? 200 : 503, { ready, reasons, calls: switchboard.callsNow });
      },
    },
    '/metrics': {
      GET: async () => ({ status: 200, type: metrics.contentType, body: await text() }),
    },
    '/drain': { POST: drainRoute(clock, switchboard, token) },
  };
};

/** How this machine reaches it: who listens on every address also does on loopback. */
function urlOf({ address, port }: HttpServer): string {
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
