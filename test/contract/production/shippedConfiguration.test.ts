/**
 * The configuration of docker/, on the servers that it is for: `prepare.sh` makes what is missing, both servers take it,
 * and the doctor finds nothing wrong. KOZPONT_DRACHTIO and KOZPONT_FREESWITCH are the paths of their programs.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { examine } from '../../../src/doctor/examine.ts';
import { judge } from '../../../src/doctor/judge.ts';
import { freePorts } from '../../support/freePorts.ts';

const { KOZPONT_DRACHTIO: drachtio, KOZPONT_FREESWITCH: freeswitch } = process.env;
const docker = resolve(import.meta.dirname, '../../../docker');
const title = 'the shipped configuration (skipped unless KOZPONT_DRACHTIO and KOZPONT_FREESWITCH name the programs)';

describe.skipIf(drachtio === undefined || freeswitch === undefined)(title, () => {
  const processes: ChildProcess[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    for (const child of processes.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  test('is taken by both servers, and nothing is wrong with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kozpont-servers-'));
    folders.push(folder);
    for (const name of ['run/drachtio', 'run/freeswitch', 'fs', 'var/prompts', 'prompts']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    const { from } = await freePorts(4);
    const rtp = await freePorts(1000);
    const environment = {
      PATH: process.env.PATH ?? '',
      KOZPONT_RUN: join(folder, 'run'),
      KOZPONT_TEMPLATES: join(docker, 'drachtio'),
      // SIP on another address of loopback than the control ports, as on a machine with a network.
      KOZPONT_ADDRESS: '127.0.0.2',
      KOZPONT_SIP_PORT: String(from),
      DRACHTIO_PORT: String(from + 1),
      FREESWITCH_PORT: String(from + 2),
      FREESWITCH_SIP_PORT: String(from + 3),
      FREESWITCH_RTP_FROM: String(rtp.from),
      FREESWITCH_RTP_TO: String(rtp.to),
      KOZPONT_FREESWITCH_SETTINGS: join(folder, 'run/freeswitch/settings.xml'),
    };
    execFileSync('sh', [join(docker, 'prepare.sh'), 'drachtio', 'freeswitch'], { env: environment, stdio: 'pipe' });
    const start = (program: string, args: readonly string[]): void => {
      processes.push(spawn(program, args, { env: environment, stdio: 'ignore', cwd: folder }));
    };
    start(drachtio ?? '', ['-f', join(folder, 'run/drachtio/drachtio.conf.xml')]);
    const places = ['log', 'db', 'run', 'temp', 'storage', 'recordings', 'cache'];
    const own = places.flatMap(name => [`-${name}`, join(folder, 'fs')]);
    start(freeswitch ?? '', ['-nonat', '-nort', '-nosql', '-c', '-conf', join(docker, 'freeswitch'), ...own]);

    const settings = `engine: drachtio
drachtio: { host: 127.0.0.1, port: ${from + 1}, secretFile: run/drachtio/secret }
freeswitch:
  - { name: media, host: 127.0.0.1, port: ${from + 2}, secretFile: run/freeswitch/secret, ports: ${rtp.from}-${rtp.to} }
limits: { calls: 400 }
`;
    const { value: config } = parseConfig('k.yaml', settings, { folder, environment: {} });
    if (config === undefined) throw new Error('the settings are wrong');
    const look = async (): Promise<readonly string[]> => {
      const facts = await examine(config, { clock: systemClock, interfaces: [], languages: [], environment: {} });
      return judge({ ...facts, folders: [], machine: { ...facts.machine, openFiles: undefined } }, config)
        .filter(({ severity }) => severity !== 'fine')
        .map(({ code }) => code)
        .filter(code => !ofThisTest.has(code));
    };
    let wrong = await look();
    // They take a moment to start.
    while (wrong.some(code => starting.has(code)) && processes.every(({ exitCode }) => exitCode === null)) {
      await new Promise(resolve => setTimeout(resolve, 100));
      wrong = await look();
    }
    expect(wrong).toEqual([]);
  });
});

const starting: ReadonlySet<string> = new Set([
  'DRACHTIO_UNREACHABLE',
  'FREESWITCH_UNREACHABLE',
  // Modules are loaded one after the other, the event socket's among the first.
  'MODULE_MISSING',
  'PROFILE_DOWN',
  'API_EXPANSION',
  'SESSIONS_SHORT',
  'RATE_SHORT',
]);

/** What is so because the test keeps to loopback, to a thousand ports and to whatever machine there is. */
const ofThisTest: ReadonlySet<string> = new Set([
  'DRACHTIO_LOOPBACK',
  'RTP_RANGE_SMALL',
  'UDP_BUFFER',
  'CLOCK_UNKEPT',
  'EPHEMERAL_PORTS',
]);
