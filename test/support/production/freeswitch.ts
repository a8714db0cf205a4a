/**
 * A real FreeSWITCH for tests: `KOZPONT_FREESWITCH` is the path of its program. Each has a configuration and ports of
 * its own, on loopback, and is ended by its process id.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer, untilListening } from '../../../src/bench/production/process.ts';
import { freePorts } from '../freePorts.ts';
import { type FreeswitchConf, type FreeswitchPorts, freeswitchXml } from './freeswitchConf.ts';

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

export interface FreeswitchChanges extends Partial<FreeswitchConf> {
  /** How many ports it has for media; a channel takes two. */
  readonly rtpPorts?: number;
}

export async function startFreeswitch({ rtpPorts = 400, ...changes }: FreeswitchChanges = {}): Promise<RealFreeswitch> {
  if (freeswitchProgram === undefined) throw new Error('KOZPONT_FREESWITCH is not set');
  const program = freeswitchProgram;
  const folder = await mkdtemp(join(tmpdir(), 'kozpont-freeswitch-'));
  const range = await freePorts(rtpPorts + 2);
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
  const settings = await configure(join(folder, 'conf'), conf);
  const args = [
    ...['-nf', '-nc', '-nonat', '-nort', '-nosql'],
    ...folders.flatMap(name => [`-${name}`, join(folder, name)]),
    ...['-temp', folder, '-storage', folder, '-recordings', folder, '-cache', folder],
  ];
  const begin = async (): Promise<ServerProcess> => {
    const server = startServer(program, args, { KOZPONT_FREESWITCH_SETTINGS: settings });
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

/** What production runs with; where the checkout has it, tests run with it too. */
const shipped = join(import.meta.dirname, '../../../docker/freeswitch');

/** Gives the file in which the shipped configuration looks for what differs from machine to machine. */
async function configure(folder: string, conf: FreeswitchConf): Promise<string> {
  const settings = join(folder, 'settings.test.xml');
  if (!existsSync(shipped)) {
    await writeFile(join(folder, 'freeswitch.xml'), freeswitchXml(conf));
    return settings;
  }
  await cp(shipped, folder, { recursive: true });
  const values = {
    secret: conf.secret,
    control_address: '127.0.0.1',
    control_network: '127.0.0.0/8',
    event_socket_port: conf.ports.eventSocket,
    sip_port: conf.ports.sip,
    rtp_address: '127.0.0.1',
    rtp_advertise: '127.0.0.1',
    rtp_from: conf.ports.rtp.from,
    rtp_to: conf.ports.rtp.to,
    rtp_timer: conf.rtpTimer,
    log_level: conf.logLevel,
  };
  const lines = Object.entries(values).map(
    ([name, value]) => `  <X-PRE-PROCESS cmd="set" data="kozpont_${name}=${value}"/>`,
  );
  await writeFile(settings, `<include>\n${lines.join('\n')}\n</include>\n`);
  const core = join(folder, 'autoload_configs', 'switch.conf.xml');
  const text = await readFile(core, 'utf8');
  const set = (all: string, name: string, value: number): string =>
    all.replace(new RegExp(`(name="${name}" value=")[^"]*`), `$1${value}`);
  await writeFile(core, set(set(text, 'max-sessions', conf.maxSessions), 'event-heartbeat-interval', conf.heartbeat));
  return settings;
}
