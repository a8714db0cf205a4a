/**
 * A real FreeSWITCH for tests: `KOZPONT_FREESWITCH` is the path of its program. Each has a configuration and ports of
 * its own, on loopback, and is ended by its process id.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../freePorts.ts';
import { type FreeswitchConf, type FreeswitchPorts, freeswitchXml } from './freeswitchConf.ts';
import { type ServerProcess, startServer, untilListening } from './process.ts';

/** Undefined: tests that need it are skipped. */
export const freeswitchProgram = process.env.KOZPONT_FREESWITCH;

export interface RealFreeswitch {
  readonly process: ServerProcess;
  readonly ports: FreeswitchPorts;
  readonly secret: string;
  readonly profile: string;
  /** Sounds and recordings may be there. */
  readonly folder: string;
  /** What it has logged: from warnings on, or from KOZPONT_FREESWITCH_LOG on. */
  log(): Promise<string>;
  /** Starts it again after its end, on the same ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startFreeswitch(changes: Partial<FreeswitchConf> = {}): Promise<RealFreeswitch> {
  if (freeswitchProgram === undefined) throw new Error('KOZPONT_FREESWITCH is not set');
  const program = freeswitchProgram;
  const folder = await mkdtemp(join(tmpdir(), 'kozpont-freeswitch-'));
  const range = await freePorts(402);
  const conf: FreeswitchConf = {
    ports: { eventSocket: range.from, sip: range.from + 1, rtp: { from: range.from + 2, to: range.to } },
    secret: 'a secret of the tests',
    profile: 'kozpont',
    rtpTimer: 'soft',
    maxSessions: 1000,
    logLevel: process.env.KOZPONT_FREESWITCH_LOG ?? 'warning',
    heartbeat: 1,
    ...changes,
  };
  const folders = ['conf', 'log', 'run', 'db', 'scripts', 'htdocs', 'grammar', 'certs', 'sounds'];
  const paths = folders.map(name => join(folder, name));
  for (const path of paths) await mkdir(path);
  await writeFile(join(folder, 'conf', 'freeswitch.xml'), freeswitchXml(conf));
  const args = [
    ...['-nf', '-nc', '-nonat', '-nort', '-nosql'],
    ...folders.flatMap(name => [`-${name}`, join(folder, name)]),
    ...['-temp', folder, '-storage', folder, '-recordings', folder, '-cache', folder],
  ];
  const begin = async (): Promise<ServerProcess> => {
    const server = startServer(program, args);
    await untilListening(server, conf.ports.eventSocket);
    return server;
  };
  let running = await begin();
  return {
    get process() {
      return running;
    },
    ports: conf.ports,
    secret: conf.secret,
    profile: conf.profile,
    folder,
    log: () => readFile(join(folder, 'log', 'freeswitch.log'), 'utf8').catch(() => ''),
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
