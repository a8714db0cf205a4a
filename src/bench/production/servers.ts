/** A drachtio-server and a FreeSWITCH of the bench's own, kept on the core of what is measured; all on loopback. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onCore } from '../child.ts';
import { address } from '../office.ts';
import { adaptToFsmrf } from './fsmrfConf.ts';
import { type ServerProcess, startServer, untilListening } from './process.ts';

export interface Programs {
  readonly drachtio: string;
  readonly freeswitch: string;
}

/** Error: what is to be set. */
export function programsIn(environment: NodeJS.ProcessEnv): Programs {
  const { KOZPONT_DRACHTIO: drachtio, KOZPONT_FREESWITCH: freeswitch } = environment;
  if (drachtio === undefined || freeswitch === undefined) {
    throw new Error(
      '--engine drachtio needs KOZPONT_DRACHTIO and KOZPONT_FREESWITCH, the paths of the programs of drachtio-server and FreeSWITCH',
    );
  }
  return { drachtio, freeswitch };
}

export const versionOf = (program: string, flag: string): string =>
  execFileSync(program, [flag], { encoding: 'utf8' }).trim().split('\n')[0] ?? '';

/** Who controls FreeSWITCH: Kozpont over one event socket, or drachtio-fsmrf, to which each channel connects. */
export type ControlledBy = 'kozpont' | 'fsmrf';

export interface Servers {
  readonly drachtio: { readonly pid: number; readonly port: number; readonly secret: string };
  readonly freeswitch: {
    readonly pid: number;
    readonly port: number;
    readonly secret: string;
    readonly profile: string;
  };
  /** Where calls are sent to. */
  readonly sipPort: number;
  /** Sounds may be there. */
  readonly folder: string;
}

const secret = 'a secret of the bench';
const rtpPorts = { from: 20_000, to: 27_999 } as const;

/** What production runs with. */
const shipped = fileURLToPath(new URL('../../../docker/freeswitch', import.meta.url));

/** Both are ended, and their folder is removed, whatever becomes of `work`. */
export async function withServers<T>(
  programs: Programs,
  { core, by }: { readonly core: number | undefined; readonly by: ControlledBy },
  work: (servers: Servers) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'kozpont-bench-'));
  const running: ServerProcess[] = [];
  const endAtOnce = (): void => {
    for (const one of running) one.signal('SIGKILL');
  };
  process.once('exit', endAtOnce);
  const start = async (program: string, args: readonly string[], port: number, environment = {}): Promise<number> => {
    const server = startServer(...onCore(core, program, args), environment);
    running.push(server);
    await untilListening(server, port);
    return server.pid;
  };
  try {
    const [admin, sip, mediaSip, eventSocket] = await freePorts(4);
    const file = join(folder, 'drachtio.conf.xml');
    await writeFile(file, drachtioXml(admin, sip));
    const conf = await freeswitchFolder(folder, { sip: mediaSip, eventSocket, by });
    const [drachtio, freeswitch] = await Promise.all([
      start(programs.drachtio, ['-f', file], admin),
      start(programs.freeswitch, conf.args, eventSocket, conf.environment),
    ]);
    return await work({
      drachtio: { pid: drachtio, port: admin, secret },
      freeswitch: { pid: freeswitch, port: eventSocket, secret, profile: 'kozpont' },
      sipPort: sip,
      folder,
    });
  } finally {
    await Promise.all(running.map(one => one.stop()));
    process.off('exit', endAtOnce);
    await rm(folder, { recursive: true, force: true });
  }
}

/** YAML, for a Kozpont that runs on them. */
export const engineSettings = ({ drachtio, freeswitch }: Servers): string => `
engine: drachtio
node: bench
drachtio: { host: ${address}, port: ${drachtio.port}, secret: "${drachtio.secret}" }
freeswitch:
  - { name: media, host: ${address}, port: ${freeswitch.port}, secret: "${freeswitch.secret}", profile: ${freeswitch.profile} }
`;

/** TCP ports that nobody holds now. */
async function freePorts(count: 4): Promise<readonly [number, number, number, number]> {
  const holders = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const holder of holders) {
    holder.listen(0, address);
    await once(holder, 'listening');
    const at = holder.address();
    ports.push(typeof at === 'object' && at !== null ? at.port : 0);
  }
  for (const holder of holders) {
    const closed = once(holder, 'close');
    holder.close();
    await closed;
  }
  return ports as unknown as readonly [number, number, number, number];
}

/** As docker/drachtio has it. */
const drachtioXml = (admin: number, sip: number): string => `<drachtio>
  <admin port="${admin}" secret="${secret}">${address}</admin>
  <sip>
    <contacts><contact>sip:${address}:${sip};transport=udp,tcp</contact></contacts>
    <udp-buffer-size>4194304</udp-buffer-size>
    <session-timers default-refresher="none"/>
  </sip>
  <cdrs>false</cdrs>
  <logging><console/><sofia-loglevel>1</sofia-loglevel><loglevel>warning</loglevel></logging>
</drachtio>
`;

interface FreeswitchPlace {
  readonly sip: number;
  readonly eventSocket: number;
  readonly by: ControlledBy;
}

/** docker/freeswitch, started as docker/compose.yaml has it; for drachtio-fsmrf, with the little that it needs beside. */
async function freeswitchFolder(
  folder: string,
  { sip, eventSocket, by }: FreeswitchPlace,
): Promise<{ readonly args: readonly string[]; readonly environment: Readonly<Record<string, string>> }> {
  const conf = join(folder, 'conf');
  const own = join(folder, 'freeswitch');
  await mkdir(own);
  await cp(shipped, conf, { recursive: true });
  if (by === 'fsmrf') await adaptToFsmrf(conf);
  const settings = join(folder, 'settings.xml');
  const values = {
    secret,
    control_address: address,
    event_socket_port: eventSocket,
    sip_port: sip,
    rtp_address: address,
    rtp_from: rtpPorts.from,
    rtp_to: rtpPorts.to,
    log_level: 'warning',
  };
  const lines = Object.entries(values).map(
    ([name, value]) => `  <X-PRE-PROCESS cmd="set" data="kozpont_${name}=${value}"/>`,
  );
  await writeFile(settings, `<include>\n${lines.join('\n')}\n</include>\n`);
  const folders = ['log', 'db', 'run', 'temp', 'storage', 'recordings', 'cache'].flatMap(name => [`-${name}`, own]);
  return {
    args: ['-nf', '-nc', '-nonat', '-nort', '-nosql', '-conf', conf, ...folders],
    environment: { KOZPONT_FREESWITCH_SETTINGS: settings },
  };
}
