import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Duration } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { type Advertised, chooseAdvertised, type InterfaceAddress } from '../config/address.ts';
import type { Config, FreeswitchServer } from '../config/config.ts';
import { Renderer } from '../prompts/renderer.ts';
import type { DrachtioFacts, Facts, FreeswitchFacts, VoiceFacts } from './facts.ts';
import { askDrachtio } from './gather/drachtio.ts';
import { askFreeswitch } from './gather/freeswitch.ts';
import { lookAtFolders, lookAtMachine, watchClock } from './gather/machine.ts';
import { answersAt, lookAtListener, lookAtRtp } from './gather/ports.ts';

export interface ExamineOptions {
  readonly clock: Clock;
  readonly interfaces: readonly InterfaceAddress[];
  /** That the dialplan speaks. */
  readonly languages: readonly string[];
  /** What a speech program sees of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** For each answer of a server. */
  readonly within?: Duration;
}

const usualPatience = 3_000;

/** Looks at everything that the configuration names, all of it at once, and changes nothing. */
export async function examine(config: Config, options: ExamineOptions): Promise<Facts> {
  const { clock, interfaces, languages, within = usualPatience } = options;
  const { engine } = config;
  const clockStep = watchClock(clock);
  const ours = interfaces.map(({ address }) => address);
  const advertised: Advertised = chooseAdvertised(config, interfaces);
  const embedded = engine.kind === 'embedded';
  const [listeners, rtp, drachtio, freeswitch, folders, voices] = await Promise.all([
    embedded ? Promise.all(config.sip.listeners.map(listener => lookAtListener(clock, listener, within))) : [],
    embedded ? lookAtRtp(config.media) : undefined,
    embedded ? undefined : drachtioFacts(engine.drachtio, options, within),
    embedded ? [] : Promise.all(engine.freeswitch.map(server => freeswitchFacts(server, config, options, within))),
    lookAtFolders(config.files),
    languages.length === 0 ? [] : tryVoices(config, options),
  ]);
  const machine = await lookAtMachine(ours, clockStep);
  return { machine, folders, voices, listeners, rtp, advertised, drachtio, freeswitch };
}

type Address = { readonly host: string; readonly port: number };

async function drachtioFacts(
  server: Address & { readonly secret: string },
  options: ExamineOptions,
  within: Duration,
): Promise<DrachtioFacts> {
  const answer = await askDrachtio(options.clock, server, within);
  const { host, port } = server;
  return { server: { host, port }, answer, exposedAt: await exposedAt(server, options, within) };
}

async function freeswitchFacts(
  server: FreeswitchServer,
  { files }: Config,
  options: ExamineOptions,
  within: Duration,
): Promise<FreeswitchFacts> {
  const answer = await askFreeswitch(options.clock, server, [files.promptCache, files.prompts], within);
  const { secret: _, ...shown } = server;
  return {
    server: shown,
    local: isLoopback(server.host) || options.interfaces.some(({ address }) => address === server.host),
    answer,
    exposedAt: await exposedAt(server, options, within),
  };
}

/** Where else on this machine the control port of a server answers that we reach by loopback. */
const exposedAt = async (
  { host, port }: Address,
  { clock, interfaces }: ExamineOptions,
  within: Duration,
): Promise<readonly string[]> => {
  if (!isLoopback(host)) return [];
  const others = interfaces.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return answersAt(
    clock,
    others.map(({ address }) => address),
    port,
    Math.min(within, 1_000),
  );
};

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');

/** Has a word spoken in each language, into a folder that is thrown away. */
async function tryVoices(
  { tts }: Config,
  { clock, languages, environment }: ExamineOptions,
): Promise<readonly VoiceFacts[]> {
  const cache = await mkdtemp(join(tmpdir(), 'kozpont-voice-'));
  const renderer = new Renderer({ cache, tts, environment, clock, lanes: 2 });
  try {
    return await Promise.all(
      languages.map(async language => {
        const spoken = renderer.render({ kind: 'text', text: '1', language });
        return { language, problem: await spoken.then(() => undefined, messageOf) };
      }),
    );
  } finally {
    await renderer.close();
    await rm(cache, { recursive: true, force: true });
  }
}
