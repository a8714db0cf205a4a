/**
 * The one switch of the wire tests: with KOZPONT_TEST_ENGINE=drachtio every office runs on a drachtio-server and
 * FreeSWITCHes of its own, whose programs KOZPONT_DRACHTIO and KOZPONT_FREESWITCH name; without it, on the embedded
 * engine.
 */
import { randomId } from '../../../src/base/ids.ts';
import { drachtioProgram, type RealDrachtio, startDrachtio } from './drachtio.ts';
import { type FreeswitchChanges, freeswitchProgram, type RealFreeswitch, startFreeswitch } from './freeswitch.ts';

export interface ProductionEngine {
  readonly drachtio: RealDrachtio;
  readonly freeswitches: readonly RealFreeswitch[];
  /** YAML, for the settings of a Kozpont that runs on them. */
  readonly settings: string;
  stop(): Promise<void>;
}

const wanted = process.env.KOZPONT_TEST_ENGINE ?? 'embedded';
if (wanted !== 'embedded' && wanted !== 'drachtio') {
  throw new Error(`KOZPONT_TEST_ENGINE: "${wanted}" is neither embedded nor drachtio`);
}

/** Wire tests run on the servers of production. */
export const onProduction = wanted === 'drachtio';

/** Tests of the servers of production can run; else they are skipped, by name. */
export const productionPresent = drachtioProgram !== undefined && freeswitchProgram !== undefined;
if (onProduction && !productionPresent) {
  throw new Error('KOZPONT_TEST_ENGINE=drachtio needs KOZPONT_DRACHTIO and KOZPONT_FREESWITCH');
}

export interface ProductionOptions {
  /** The port by which Kozpont reaches the drachtio-server, where something stands between the two. */
  readonly through?: (drachtio: RealDrachtio) => Promise<number>;
  readonly freeswitch?: FreeswitchChanges;
}

export async function openProduction(
  mediaServers = 1,
  { through, freeswitch }: ProductionOptions = {},
): Promise<ProductionEngine> {
  const [drachtio, ...freeswitches] = await Promise.all([
    startDrachtio(),
    ...Array.from({ length: mediaServers }, () => startFreeswitch(freeswitch)),
  ]);
  const port = (await through?.(drachtio)) ?? drachtio.port;
  const servers = freeswitches.map(
    ({ ports, secret, profile }, index) =>
      `  - { name: media${index + 1}, host: 127.0.0.1, port: ${ports.eventSocket}, secret: "${secret}", profile: ${profile} }`,
  );
  return {
    drachtio,
    freeswitches,
    settings: `
engine: drachtio
node: test-${randomId(4)}
drachtio: { host: ${drachtio.host}, port: ${port}, secret: "${drachtio.secret}" }
freeswitch:
${servers.join('\n')}
`,
    async stop() {
      await Promise.all([drachtio.close(), ...freeswitches.map(one => one.stop())]);
    },
  };
}
