/** Kozpont as an office runs it: a process of its own, with trunks that do not cover a stranger's address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { withDeadline } from '../../../src/base/deadline.ts';
import { encodeWav } from '../../../src/base/wav.ts';
import { openCredentials } from '../../../src/config/credentials.ts';
import { onProduction, openProduction, type ProductionEngine } from '../../support/production/engine.ts';
import { removeFolder } from '../../support/removeFolder.ts';
import { ask } from '../../support/wire/httpClient.ts';

/** The only trunk. Phones are on 127.0.0.1, strangers elsewhere on loopback. */
export const trunkAddress = '127.0.0.2';
export const companyNumber = '+3612345678';
export const menuNumber = '+3612345679';
export const extensions = ['101', '102', '103'];

const plan = `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { welcome: { en: Welcome. }, bye: { en: Bye. } }
extensions:
${extensions.map(number => `  "${number}": { name: Desk ${number} }`).join('\n')}
queues: { reception: { agents: ["102"], maxWait: 5m, overflow: goodbye:bye } }
menus:
  main:
    greeting: welcome
    directDial: true
    keys: { 0: queue:reception }
    noInput: { after: 30s, repeat: 1, then: queue:reception }
    invalid: { say: bye, repeat: 2, then: queue:reception }
transfer: { recall: { otherwise: queue:reception } }
numbers:
  "${companyNumber}": extension:101
  "${menuNumber}": menu:main
`;

const patience = 60_000;

export interface SwitchboardOptions {
  /** YAML, after the settings of the harness: `limits`, `media`, … */
  readonly settings?: string;
  /** How many files the process may have open, sockets included; default: what the tests may. */
  readonly openFiles?: number;
  /** Of the process, for tests that put something in its way: `{ NODE_OPTIONS: '--import …' }`. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class Switchboard {
  private output = '';
  private readonly exited: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly production: ProductionEngine | undefined,
    /** Of SIP, over UDP and TCP alike. */
    readonly address: string,
    readonly port: number,
    private readonly apiPort: number,
  ) {
    this.exited = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  /** When it takes calls. `compiled`: the folder that `src` was compiled into. */
  static async start(compiled: string, options: SwitchboardOptions = {}): Promise<Switchboard> {
    const folder = await mkdtemp(join(tmpdir(), 'kozpont-hostile-'));
    const production = onProduction ? await openProduction() : undefined;
    const address = '127.0.0.1';
    const port = production?.drachtio.udp.port ?? (await freePort(address));
    const apiPort = await freePort(address);
    await writeFile(join(folder, 'plan.yaml'), plan);
    await writeFile(
      join(folder, 'kozpont.yaml'),
      `dialplan: plan.yaml
trunks: { outside: { from: [${trunkAddress}] } }
api: { listen: "${address}:${apiPort}" }
log: { level: info }
${production?.settings ?? `sip: { listen: ["udp:${address}:${port}", "tcp:${address}:${port}"] }`}
${options.settings ?? ''}
`,
    );
    await record(folder, 'music/default', 500);
    await record(folder, 'en/welcome', 600);
    await record(folder, 'en/bye', 650);
    const main = join(compiled, 'src/cli/main.js');
    const limit = options.openFiles === undefined ? '' : `ulimit -n ${options.openFiles}; `;
    const program = [process.execPath, main, 'run', '--config', 'kozpont.yaml'];
    const child = spawn('/bin/sh', ['-c', `${limit}exec "$@"`, 'sh', ...program], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', ...options.environment },
    });
    const switchboard = new Switchboard(child, folder, production, address, port, apiPort);
    try {
      await withDeadline(systemClock, patience, 'the start of the switchboard', switchboard.ready());
    } catch (error) {
      console.error(switchboard.output);
      await switchboard.close();
      throw error;
    }
    return switchboard;
  }

  get sip(): { readonly address: string; readonly port: number } {
    return { address: this.address, port: this.port };
  }

  get api(): { readonly address: string; readonly port: number } {
    return { address: this.address, port: this.apiPort };
  }

  /** Everything that it has written, to both outputs. */
  get log(): string {
    return this.output;
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async passwordOf(extension: string): Promise<string> {
    const { value } = await openCredentials({
      file: join(this.folder, 'var/credentials.yaml'),
      extensions: [extension],
    });
    return value?.passwordOf(extension) ?? '';
  }

  /** The sum of a metric over its labels, or of those that contain `labels`. */
  async metric(name: string, labels = ''): Promise<number> {
    const { body } = await ask(this.api, 'GET /metrics');
    return body
      .split('\n')
      .filter(line => new RegExp(`^${name}[ {]`).test(line) && line.includes(labels))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** As an operator stops it: the exit status. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    await withDeadline(systemClock, patience, 'the end of the switchboard', this.exited);
    return this.child.exitCode;
  }

  /** Whatever has become of it. */
  async close(): Promise<void> {
    if (this.alive) {
      this.child.kill('SIGKILL');
      await this.exited;
    }
    await this.production?.stop();
    await removeFolder(this.folder);
  }

  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.output.includes('Stop with Ctrl-C.')) resolve();
      };
      this.child.stdout?.on('data', look);
      this.child.once('exit', () => reject(new Error(`it ended too early:\n${this.output}`)));
    });
  }
}

/** One second of a tone, so that nothing has to be spoken. */
async function record(folder: string, name: string, frequency: number): Promise<void> {
  const path = join(folder, 'prompts', `${name}.wav`);
  await mkdir(join(path, '..'), { recursive: true });
  const samples = Int16Array.from({ length: 8000 }, (_, at) =>
    Math.round(8000 * Math.sin((2 * Math.PI * frequency * at) / 8000)),
  );
  await writeFile(path, encodeWav({ sampleRate: 8000, channels: 1, samples }));
}

/** Free for TCP; UDP follows it, as good as always. */
async function freePort(address: string): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const found = server.address();
  server.close();
  await once(server, 'close');
  return found !== null && typeof found === 'object' ? found.port : 0;
}
