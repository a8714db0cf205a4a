/** The embedded engine: SIP server and RTP engine inside this process. */
import { randomId } from '../base/ids.ts';
import { openFilesAllowed } from '../base/openFiles.ts';
import { advertisedTo } from '../config/advertise.ts';
import type { Config } from '../config/config.ts';
import { mediaSources, trunkFinder } from '../config/trunks.ts';
import { startDrachtiod } from '../embedded/drachtiod/drachtiod.ts';
import { createEmbeddedMedia } from '../embedded/rtp/embeddedMedia.ts';
import { requireLocal } from '../embedded/rtp/socket/localAddress.ts';
import { hostResolver } from '../embedded/sip/targets/systemResolver.ts';
import { connectionLimits } from '../embedded/sip/transport/limits.ts';
import { servedMethods } from '../signalling/signalling.ts';
import type { Engine, EngineParts, Flow } from './engine.ts';

/** Two legs a call with RTP and RTCP each; besides records, the API, prompts, threads. */
const filesBeside = ({ calls }: Config['limits']): number => 4 * calls + 256;

/** Errors: `MEDIA_ADDRESS`; `ADDRESS_IN_USE`, with the address in its message. Nothing is left open then. */
export async function embeddedEngine(
  config: Pick<Config, 'sip' | 'media' | 'limits' | 'trunks'>,
  { clock, log, faults }: EngineParts,
): Promise<Engine> {
  await requireLocal(config.media.address);
  const secret = randomId(16);
  const sip = advertisedTo(config.sip.advertise);
  const ofMedia = advertisedTo(config.media.advertise);
  const trunkOf = trunkFinder(config.trunks);
  let tellLost = (_flow: Flow): void => {};
  const server = await startDrachtiod({
    clock,
    log,
    faults,
    contacts: config.sip.listeners.map(({ transport, address, port }) => ({
      protocol: transport,
      address,
      port,
      advertise: sip,
    })),
    admin: { host: '127.0.0.1', port: 0, secret },
    abilities: { methods: servedMethods },
    trusted: address => trunkOf(address) !== undefined,
    limits: connectionLimits(openFilesAllowed(), filesBeside(config.limits)),
    flowLost: flow => tellLost(flow),
  });
  const { address, ports, rest } = config.media;
  const media = createEmbeddedMedia({
    clock,
    log,
    faults,
    advertised: remote => ofMedia.hostFor(remote) ?? sip.hostFor(remote),
    resolveHost: hostResolver(clock),
    mediaFrom: mediaSources(config.trunks),
    bind: address,
    ports,
    rest,
  });
  return {
    server: { host: '127.0.0.1', port: server.adminPort, secret },
    listening: server.contacts.map(({ protocol, address, port }) => ({ transport: protocol, address, port })),
    media,
    outlives: false,
    routesTaken: true,
    watchFlows(lost) {
      tellLost = lost;
    },
    ready: Promise.resolve(),
    mediaServers: () => [{ name: media.name, ready: true, endpoints: media.endpoints }],
    drainMedia: name => (name === media.name ? 'last' : 'unknown'),
    rtpPorts: () => ({ inUse: media.metrics.sessions, ...media.metrics.ports }),
    held: () => {
      const { dialogs, accepted, stack } = server.stats();
      const { serverTransactions, clientTransactions } = stack;
      return { dialogs, accepted, serverTransactions, clientTransactions, rtpSessions: media.metrics.sessions };
    },
    async close() {
      await media.close();
      await server.close();
    },
  };
}
