/** The embedded engine: SIP server and RTP engine inside this process. */
import { randomId } from '../base/ids.ts';
import type { Advertised } from '../config/address.ts';
import type { Config } from '../config/config.ts';
import { startDrachtiod } from '../embedded/drachtiod/drachtiod.ts';
import { createEmbeddedMedia } from '../embedded/rtp/embeddedMedia.ts';
import { servedMethods } from '../signalling/signalling.ts';
import type { Engine, EngineParts } from './engine.ts';

/** Error: `ADDRESS_IN_USE`, with the address in its message. Nothing is left open then. */
export async function embeddedEngine(
  config: Pick<Config, 'sip' | 'media'>,
  { clock, log, faults, advertised }: EngineParts & { readonly advertised: Advertised },
): Promise<Engine> {
  const secret = randomId(16);
  const server = await startDrachtiod({
    clock,
    log,
    faults,
    contacts: config.sip.listeners.map(({ transport, address, port }) => ({
      protocol: transport,
      address,
      port,
      advertise: { host: advertised.sip },
    })),
    admin: { host: '127.0.0.1', port: 0, secret },
    abilities: { methods: servedMethods },
  });
  const { address, ports, rest } = config.media;
  const media = createEmbeddedMedia({ clock, log, faults, address: advertised.media, bind: address, ports, rest });
  return {
    server: { host: '127.0.0.1', port: server.adminPort, secret },
    listening: server.contacts.map(({ protocol, address, port }) => ({ transport: protocol, address, port })),
    media,
    outlives: false,
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
