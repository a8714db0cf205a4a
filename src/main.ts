/** The composition root: the only place that knows which engine runs, and that puts the parts together. */

import { startApi } from './api/api.ts';
import { Metrics } from './api/metrics/metrics.ts';
import type { Switchboard } from './api/ports.ts';
import type { Clock } from './base/clock.ts';
import { messageOf } from './base/errors.ts';
import { FaultLog, guardedClock } from './base/faults.ts';
import type { Log } from './base/log.ts';
import { type Numbering, withoutCountry } from './base/numbers/oneForm.ts';
import { own } from './base/own.ts';
import { type Config, defaultPhone } from './config/config.ts';
import type { Credentials } from './config/credentials.ts';
import { trunkFinder } from './config/trunks.ts';
import type { Dialplan } from './dialplan/plan.ts';
import { drachtioEngine } from './engines/drachtio.ts';
import { embeddedEngine } from './engines/embedded.ts';
import type { Engine, Listening } from './engines/engine.ts';
import { LoopWatch } from './exchange/admission/loopWatch.ts';
import { Exchange } from './exchange/exchange.ts';
import type { Sounds, Watcher } from './exchange/ports.ts';
import { FileJournal } from './journal/fileJournal.ts';
import { FileRegistrations } from './journal/fileRegistrations.ts';
import { FileOverrides } from './records/fileOverrides.ts';
import { FileRecords } from './records/fileRecords.ts';
import { createSignalling, type SipSignalling } from './signalling/signalling.ts';

/** A version of the dialplan, and who may register as its extensions. */
export interface DialplanParts {
  readonly plan: Dialplan;
  readonly credentials: Pick<Credentials, 'passwordOf'>;
}

/** What was read, checked and made ready before the start. */
export interface Parts extends DialplanParts {
  readonly prompts: Sounds & { close(): Promise<void> };
  readonly clock: Clock;
  readonly log: Log;
  readonly watchers?: readonly Watcher[];
}

export type { Listening } from './engines/engine.ts';

/** A switchboard that takes calls. */
export interface Kozpont {
  readonly listening: readonly Listening[];
  /** Where its API listens, if it has one. */
  readonly api: { readonly address: string; readonly port: number } | undefined;
  /** Resolves when the API was asked for a drain, which has begun then: whoever runs the process ends it after that. */
  readonly drainRequested: Promise<void>;
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
  /** Log rotation: files that are appended to are opened anew. */
  reopen(): Promise<void>;
  /** How many calls are up on each version of the dialplan, by `Dialplan.version`. */
  callsByVersion(): Readonly<Record<string, number>>;
  /** No new calls; resolves when those in progress have ended, or the drain limit is over, and all is closed. */
  drain(): Promise<void>;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/**
 * Errors: `ADDRESS_IN_USE`, `API_ADDRESS_IN_USE`, with the address in the message. What was started by then is closed; the
 * prompts are not.
 */
export async function startKozpont(config: Config, parts: Parts): Promise<Kozpont> {
  const { log } = parts;
  const faults = new FaultLog(parts.clock, log);
  const clock = guardedClock(parts.clock, faults);
  let current: DialplanParts = parts;
  const engine =
    config.engine.kind === 'drachtio'
      ? drachtioEngine(config.engine, config, { clock, log, faults })
      : await embeddedEngine(config, { clock, log, faults });
  await engine.ready;
  const journal = engine.outlives ? new FileJournal(clock, log, config.files.calls) : undefined;
  const saved = (await journal?.found()) ?? [];
  const records = new FileRecords(clock, log, config.files.records);
  await records.prepare();
  const registrations = new FileRegistrations(clock, log, config.files.registrations);
  const overrides = await FileOverrides.open(clock, log, config.files.overrides);
  const files = [registrations, overrides, records, journal];
  const metrics = config.api.listen === undefined ? undefined : new Metrics();
  const loop = new LoopWatch(clock, log, config.limits.eventLoopDelay);
  const exchange = new Exchange({
    clock,
    log,
    faults,
    plan: () => current.plan,
    media: engine.media,
    sounds: parts.prompts,
    records,
    overrides,
    limits: { ...config.limits, trunkCallsPerSecond: trunkLimits(config) },
    overloaded: () => loop.late,
    watchers: [...(parts.watchers ?? []), ...(metrics === undefined ? [] : [metrics.watcher])],
    ...(journal === undefined ? {} : { journal }),
  });
  const trunkOf = trunkFinder(config.trunks);
  const { min, max, nat } = config.limits.registration;
  const signalling = await createSignalling(
    {
      clock,
      log,
      faults,
      server: engine.server,
      ready: () => engine.media.ready,
      realm: config.sip.realm,
      registrar: { minExpires: min / 1_000, maxExpires: max / 1_000, natExpires: nat / 1_000 },
      routesTaken: engine.routesTaken,
      flowsTold: engine.watchFlows !== undefined,
      registrations: { store: registrations, connectionsLast: engine.outlives },
      extensionExists: extension => Object.hasOwn(current.plan.extensions, extension),
      credentials: extension => current.credentials.passwordOf(extension),
      trunkOf: address => trunkOf(address)?.name,
      numbering: trunk => ({ country: current.plan.company.country, ...numberingOf(config, trunk) }),
      phoneOptions: extension => own(config.phones, extension) ?? defaultPhone,
    },
    exchange,
  ).catch(async error => {
    loop.close();
    await engine.close();
    await registrations.close();
    throw error;
  });
  engine.watchFlows?.(flow => signalling.flowLost(flow));
  exchange.connect(signalling);
  exchange.restore(saved);

  let drained: Promise<number> | undefined;
  const drain = (): Promise<number> => {
    drained ??= exchange.drain(config.limits.drain);
    return drained;
  };
  let drainAsked = (): void => {};
  const drainRequested = new Promise<void>(resolve => {
    drainAsked = resolve;
  });
  const switchboard = switchboardOf({ exchange, signalling, engine, loop, faults }, () => {
    drainAsked();
    return drain();
  });
  const { listen, hosts } = config.api;
  const api =
    listen === undefined || metrics === undefined
      ? undefined
      : await startApi({ clock, log, faults, listen, hosts, accessFile: config.files.api, switchboard, metrics }).catch(
          async error => {
            await end([signalling, engine, ...files]);
            throw error;
          },
        );

  let closing: Promise<void> | undefined;
  /** In this order, and each of them whatever becomes of the one before. */
  async function end(parts: readonly ({ close(): Promise<void> } | undefined)[]): Promise<void> {
    await exchange.drain(0);
    loop.close();
    for (const part of parts) {
      await part?.close().catch(error => log.error({ error: messageOf(error) }, 'a part could not be closed'));
    }
  }
  const close = (): Promise<void> => {
    // Who asks how it stands is answered to the last.
    closing ??= end([signalling, engine, ...files, parts.prompts, api]);
    return closing;
  };
  return {
    listening: engine.listening ?? signalling.listening,
    api: api === undefined ? undefined : { address: api.address, port: api.port },
    drainRequested,
    failed: new Promise(() => undefined),
    alive: () => ({ calls: exchange.callsNow, legs: signalling.remaining, endpoints: engine.media.endpoints }),
    held: () => engine.held(),
    swap(version) {
      const older = exchange.callsByVersion();
      current = version;
      exchange.planChanged();
      log.info({ version: version.plan.version, callsByVersion: older }, 'the dialplan was changed');
    },
    reopen: () => records.reopen(),
    callsByVersion: () => exchange.callsByVersion(),
    async drain() {
      await drain();
      await close();
    },
    close,
  };
}

/** How the parts stand, for the API. */
const switchboardOf = (
  parts: {
    readonly exchange: Exchange;
    readonly signalling: SipSignalling;
    readonly engine: Engine;
    readonly loop: LoopWatch;
    readonly faults: FaultLog;
  },
  drain: () => Promise<number>,
): Switchboard => {
  const { exchange, signalling, engine, loop, faults } = parts;
  return {
    get connected() {
      return signalling.connected;
    },
    get draining() {
      return exchange.draining;
    },
    get overloaded() {
      return loop.late;
    },
    get eventLoopDelay() {
      return loop.delay;
    },
    get callsNow() {
      return exchange.callsNow;
    },
    get registrations() {
      return signalling.registrations;
    },
    census: () => exchange.census(),
    mediaServers: () => engine.mediaServers(),
    rtpPorts: () => engine.rtpPorts(),
    held: () => engine.held(),
    faults: () => faults.counts,
    drainMedia: name => engine.drainMedia(name),
    drain,
  };
};

/** As the settings have it. */
const numberingOf = ({ trunks }: Config, name: string): Numbering =>
  trunks.find(trunk => trunk.name === name)?.numbering ?? withoutCountry;

/** Of the trunks that have a limit of their own. */
const trunkLimits = ({ trunks }: Config): Readonly<Record<string, number>> =>
  Object.fromEntries(
    trunks.flatMap(({ name, callsPerSecond }) => (callsPerSecond === undefined ? [] : [[name, callsPerSecond]])),
  );
