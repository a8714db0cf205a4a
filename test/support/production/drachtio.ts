/**
 * A real drachtio-server for tests: `KOZPONT_DRACHTIO` is the path of its program. Each has a configuration and ports of
 * its own, on loopback, and is ended by its process id.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer, untilListening } from '../../../src/bench/production/process.ts';
import { type ServerUnderTest, testSecret } from '../drachtio/server.ts';
import { freePorts } from '../freePorts.ts';

/** Undefined: tests that need it are skipped. */
export const drachtioProgram = process.env.KOZPONT_DRACHTIO;

export interface RealDrachtio extends ServerUnderTest {
  readonly process: ServerProcess;
  /** Starts it again after its end, on the same ports. */
  restart(): Promise<void>;
}

const configuration = (admin: number, sip: number): string => `<drachtio>
  <admin port="${admin}" secret="${testSecret}">127.0.0.1</admin>
  <sip>
    <contacts><contact>sip:127.0.0.1:${sip};transport=udp,tcp</contact></contacts>
    <session-timers default-refresher="none"/>
  </sip>
  <cdrs>true</cdrs>
  <logging><console/><sofia-loglevel>1</sofia-loglevel><loglevel>warning</loglevel></logging>
</drachtio>
`;

export async function startDrachtio(): Promise<RealDrachtio> {
  if (drachtioProgram === undefined) throw new Error('KOZPONT_DRACHTIO is not set');
  const program = drachtioProgram;
  const folder = await mkdtemp(join(tmpdir(), 'kozpont-drachtio-'));
  const { from: sip } = await freePorts(2);
  const admin = sip + 1;
  const file = join(folder, 'drachtio.conf.xml');
  await writeFile(file, configuration(admin, sip));
  const begin = async (): Promise<ServerProcess> => {
    const server = startServer(program, ['-f', file]);
    await untilListening(server, admin);
    return server;
  };
  let running = await begin();
  const listener = { host: '127.0.0.1', port: sip };
  return {
    kind: 'drachtio-server',
    get process() {
      return running;
    },
    host: '127.0.0.1',
    port: admin,
    secret: testSecret,
    udp: listener,
    tcp: listener,
    stats: () => undefined,
    async restart() {
      await running.stop();
      running = await begin();
    },
    async close() {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
