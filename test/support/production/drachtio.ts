/**
 * A real drachtio-server for tests: `KOZPONT_DRACHTIO` is the path of its program. Each has ports of its own, on
 * loopback, and is ended by its process id.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../freePorts.ts';
import { type ServerProcess, startServer, untilListening } from './process.ts';

/** Undefined: tests that need it are skipped. */
export const drachtioProgram = process.env.KOZPONT_DRACHTIO;

export interface RealDrachtio {
  readonly process: ServerProcess;
  readonly host: string;
  /** Where applications connect. */
  readonly port: number;
  readonly sipPort: number;
  readonly secret: string;
  /** Starts it again after its end, on the same ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const secret = 'a-secret-of-the-tests';

export async function startDrachtio(): Promise<RealDrachtio> {
  if (drachtioProgram === undefined) throw new Error('KOZPONT_DRACHTIO is not set');
  const program = drachtioProgram;
  const folder = await mkdtemp(join(tmpdir(), 'kozpont-drachtio-'));
  const { from: port } = await freePorts(2);
  const sipPort = port + 1;
  const file = join(folder, 'drachtio.conf.xml');
  await writeFile(
    file,
    `<drachtio>
  <admin port="${port}" secret="${secret}">${host}</admin>
  <sip>
    <contacts><contact>sip:${host}:${sipPort};transport=udp,tcp</contact></contacts>
    <session-timers default-refresher="none"/>
  </sip>
  <cdrs>false</cdrs>
  <logging><console/><sofia-loglevel>1</sofia-loglevel><loglevel>${process.env.KOZPONT_DRACHTIO_LOG ?? 'error'}</loglevel></logging>
</drachtio>
`,
  );
  const begin = async (): Promise<ServerProcess> => {
    const server = startServer(program, ['-f', file]);
    await untilListening(server, port);
    return server;
  };
  let running = await begin();
  return {
    get process() {
      return running;
    },
    host,
    port,
    sipPort,
    secret,
    async restart() {
      await running.stop();
      running = await begin();
    },
    async stop() {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
