/** The composition root: the only place that knows which engine runs, and that puts the parts together. */
import type { Clock } from './base/clock.ts';
import { KozpontError, messageOf } from './base/errors.ts';
import { randomId } from './base/ids.ts';
import type { Log } from './base/log.ts';
import type { Advertised } from './config/address.ts';
import { type Config, defaultPhone } from './config/config.ts';
import type { Credentials } from './config/credentials.ts';
import { trunkFinder } from './config/trunks.ts';
import type { Dialplan } from './dialplan/plan.ts';
import { startDrachtiod } from './embedded/drachtiod/drachtiod.ts';
import { createEmbeddedMedia } from './embedded/rtp/embeddedMedia.ts';
import { Exchange } from './exchange/exchange.ts';
import type { Sounds, Watcher } from './exchange/ports.ts';
import type { MediaServer } from './media/port.ts';
import { FileOverrides } from './records/fileOverrides.ts';
import { FileRecords } from './records/fileRecords.ts';
import { createSignalling, servedMethods } from './signalling/signalling.ts';

/** A version of the dialplan, and who may register as its extensions. */
export interface DialplanParts {
  readonly plan: Dialplan;
  readonly credentials: Pick<Credentials, 'passwordOf'>;
}

/** What was read, checked and made ready before the start. */
export interface Parts extends DialplanParts {
  readonly prompts: Sounds & { close(): Promise<void> };
  readonly advertised: Advertised;
  readonly clock: Clock;
  readonly log: Log;
  readonly watchers?: readonly Watcher[];
}

export interface Listening {
  readonly transport: string;
  readonly address: string;
  readonly port: number;
}

/** A switchboard that takes calls. */
export interface Kozpont {
  readonly listening: readonly Listening[];
  /** Resolves when it cannot go on by itself, with the reason. */
  readonly failed: Promise<Error>;
  /** What is alive now: all zero when nobody calls. */
  alive(): { readonly calls: number; readonly legs: number; readonly endpoints: number };
  /**
   * What the engine holds, by name: dialogs, transactions (which live on for 32 s after their end), RTP sessions. All zero
   * some time after the last call.
   */
  held(): Readonly<Record<string, number>>;
  /** New calls are of this dialplan from now on, all at once; those in progress stay on the one with which they began. */
  swap(version: DialplanParts): void;
  /** How many calls are up on each version of the dialplan, by `Dialplan.version`. */
  callsByVersion(): Readonly<Record<string, number>>;
  /** No new calls; resolves when those in progress have ended, or the drain limit is over, and all is closed. */
  drain(): Promise<void>;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/** What the engine gives: a SIP server to connect to, and a media server. */
interface Engine {
  readonly server: { readonly host: string; readonly port: number; readonly secret: string };
  readonly listening: readonly Listening[];
  readonly media: MediaServer;
  held(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Error: `ADDRESS_IN_USE`, with the address in its message. What was started by then is closed; the prompts are not. */
export async function startKozpont(config: Config, parts: Parts): Promise<Kozpont> {
  const { clock, log } = parts;
  let current: DialplanParts = parts;
  const engine = await startEngine(config, parts);
  const records = new FileRecords(clock, log, config.files.records);
  await records.prepare();
  const overrides = await FileOverrides.open(clock, log, config.files.overrides);
  const exchange = new Exchange({
    clock,
    log,
    plan: () => current.plan,
    media: engine.media,
    sounds: parts.prompts,
    records,
    overrides,
    limits: config.limits,
    ...(parts.watchers === undefined ? {} : { watchers: parts.watchers }),
  });
  const trunkOf = trunkFinder(config.trunks);
  const { min, max } = config.limits.registration;
  const signalling = await createSignalling(
    {
      clock,
      log,
      server: engine.server,
      realm: config.sip.realm,
      registrar: { minExpires: min / 1_000, maxExpires: max / 1_000 },
      extensionExists: extension => Object.hasOwn(current.plan.extensions, extension),
      credentials: extension => current.credentials.passwordOf(extension),
      trunkOf: address => trunkOf(address)?.name,
      phoneOptions: extension => config.phones[extension] ?? defaultPhone,
    },
    exchange,
  ).catch(async error => {
    await engine.close();
    throw error;
  });
  exchange.connect(signalling);

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      await exchange.drain(0);
      // In this order, and each of them whatever becomes of the one before.
      for (const part of [signalling, engine, records, overrides, parts.prompts]) {
        await part.close().catch(error => log.error({ error: messageOf(error) }, 'a part could not be closed'));
      }
    })();
    return closing;
  };
  return {
    listening: engine.listening,
    failed: new Promise(() => undefined),
    alive: () => ({ calls: exchange.callsNow, legs: signalling.remaining, endpoints: engine.media.endpoints }),
    held: () => engine.held(),
    swap(version) {
      const older = exchange.callsByVersion();
      current = version;
      exchange.planChanged();
      log.info({ version: version.plan.version, callsByVersion: older }, 'the dialplan was changed');
    },
    callsByVersion: () => exchange.callsByVersion(),
    async drain() {
      await exchange.drain(config.limits.drain);
      await close();
    },
    close,
  };
}

async function startEngine(config: Config, { clock, log, advertised }: Parts): Promise<Engine> {
  if (config.engine.kind === 'drachtio') {
    throw new KozpontError('INVALID_CONFIG', 'engine: drachtio is not there yet: take engine: embedded');
  }
  const secret = randomId(16);
  const server = await startDrachtiod({
    clock,
    log,
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
  const media = createEmbeddedMedia({ clock, log, address: advertised.media, bind: address, ports, rest });
  return {
    server: { host: '127.0.0.1', port: server.adminPort, secret },
    listening: server.contacts.map(({ protocol, address, port }) => ({ transport: protocol, address, port })),
    media,
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
