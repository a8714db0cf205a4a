/**
 * The server that the contract is held against: drachtiod always, in this process; a drachtio-server too where
 * KOZPONT_DRACHTIO_HOST, _PORT, _SECRET and _SIP (host:port of its UDP listener) say where one runs.
 */
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import {
  type DrachtiodOptions,
  type DrachtiodStats,
  startDrachtiod,
} from '../../../src/embedded/drachtiod/drachtiod.ts';

export interface ServerUnderTest {
  readonly kind: 'drachtiod' | 'drachtio-server';
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** Of its SIP listeners. */
  readonly udp: { readonly host: string; readonly port: number };
  readonly tcp: { readonly host: string; readonly port: number } | undefined;
  /** Undefined where nobody can look inside. */
  stats(): DrachtiodStats | undefined;
  close(): Promise<void>;
}

export const testSecret = 'a secret of the tests';

export const openDrachtiod = async (options: Partial<DrachtiodOptions> = {}): Promise<ServerUnderTest> => {
  const server = await startDrachtiod({
    clock: systemClock,
    log: silentLog,
    contacts: [
      { protocol: 'udp', address: '127.0.0.1', port: 0 },
      { protocol: 'tcp', address: '127.0.0.1', port: 0 },
    ],
    admin: { host: '127.0.0.1', port: 0, secret: testSecret },
    ...options,
  });
  const listener = (protocol: string) => {
    const found = server.contacts.find(contact => contact.protocol === protocol);
    return found === undefined ? undefined : { host: found.address, port: found.port };
  };
  return {
    kind: 'drachtiod',
    host: '127.0.0.1',
    port: server.adminPort,
    secret: testSecret,
    udp: listener('udp') ?? { host: '', port: 0 },
    tcp: listener('tcp'),
    stats: () => server.stats(),
    close: () => server.close(),
  };
};

const { KOZPONT_DRACHTIO_HOST, KOZPONT_DRACHTIO_PORT, KOZPONT_DRACHTIO_SECRET, KOZPONT_DRACHTIO_SIP } = process.env;

/** One that runs already, or one of our own, by its program. */
export const openReal = async (): Promise<ServerUnderTest> => {
  if (KOZPONT_DRACHTIO_HOST === undefined) return (await import('../production/drachtio.ts')).startDrachtio();
  const [host = '127.0.0.1', port = '5060'] = (KOZPONT_DRACHTIO_SIP ?? '').split(':');
  return {
    kind: 'drachtio-server',
    host: KOZPONT_DRACHTIO_HOST,
    port: Number(KOZPONT_DRACHTIO_PORT ?? 9022),
    secret: KOZPONT_DRACHTIO_SECRET ?? '',
    udp: { host, port: Number(port) },
    tcp: { host, port: Number(port) },
    stats: () => undefined,
    close: async () => {},
  };
};

export const realServerNamed = KOZPONT_DRACHTIO_HOST !== undefined || process.env.KOZPONT_DRACHTIO !== undefined;
