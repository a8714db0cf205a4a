import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock, Duration } from '../base/clock.ts';
import { Child, runToEnd } from './child.ts';
import type { Machine } from './machine.ts';
import type {
  Flooded,
  LoadResult,
  Opened,
  Rehearsed,
  RelayOpened,
  Reloaded,
  Scenario,
  ServerState,
  Started,
  ToBare,
  ToFlood,
  ToKozpont,
  ToLoad,
  ToRehearse,
  ToRelay,
} from './messages.ts';
import { address, extension } from './office.ts';

/** Beyond it a scenario has gone wrong, whatever it is. */
const longestScenario: Duration = 600_000;
const longestReload: Duration = 60_000;

/** What is measured. */
export interface Server {
  /** `collect`: after a collection of its garbage, where it has some. */
  state(collect?: boolean): Promise<ServerState>;
  load(scenario: Scenario): Promise<LoadResult>;
}

/** Kozpont, and what is asked of it alone. */
export interface KozpontServer extends Server {
  readonly pid: number;
  readonly sipPort: number;
  watch(duration: Duration): Promise<Duration>;
  save(dialplan: string): Promise<Reloaded>;
}

/** What Kozpont runs on, where it is not its embedded engine. */
export interface Beside {
  /** YAML, for the settings. */
  readonly engine: string;
  readonly sipPort: number;
}

export interface KozpontOptions {
  readonly beside?: Beside;
  /** How long the greeting lasts; default: until the key is pressed. */
  readonly greeting?: Duration;
}

const longGreeting: Duration = 4_000;

export interface LaboratoryOptions {
  readonly clock: Clock;
  readonly cores: Machine['cores'];
  /** Where profiles of Kozpont's processor time go. */
  readonly profiles: string | undefined;
}

/** The processes: a load for the whole run, a fresh server for each scenario. */
export class Laboratory {
  private constructor(
    private readonly options: LaboratoryOptions,
    private readonly generator: Child<ToLoad>,
    private readonly phonePort: number,
  ) {}

  static async open(options: LaboratoryOptions): Promise<Laboratory> {
    const { clock, cores } = options;
    const generator = new Child<ToLoad>({ clock, file: './load/main.js', core: cores?.load });
    const { phonePort } = await generator.ask<Opened>({ kind: 'open' });
    return new Laboratory(options, generator, phonePort);
  }

  /** `dialplan`: with the port at which the phones are. */
  async withKozpont<T>(
    dialplan: (phonePort: number) => string,
    work: (kozpont: KozpontServer, phonePort: number) => Promise<T>,
    { beside, greeting = longGreeting }: KozpontOptions = {},
  ): Promise<T> {
    const { clock, cores, profiles } = this.options;
    const folder = await mkdtemp(join(tmpdir(), 'kozpont-bench-'));
    const removeAtOnce = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', removeAtOnce);
    const profile = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles];
    const nodeOptions = ['--expose-gc', ...profile];
    const kozpont = new Child<ToKozpont>({ clock, file: './server.js', core: cores?.server, nodeOptions });
    try {
      const { phonePort } = this;
      const { sipPort: own } = await kozpont.ask<Started>({
        kind: 'start',
        folder,
        dialplan: dialplan(phonePort),
        engine: beside?.engine ?? '',
        greeting,
      });
      const sipPort = beside?.sipPort ?? own;
      const server: KozpontServer = {
        pid: kozpont.pid,
        sipPort,
        state: (collect = false) => kozpont.ask({ kind: 'state', collect }),
        load: scenario => this.run(sipPort, scenario),
        watch: duration => kozpont.ask({ kind: 'watch', duration }, duration + longestReload),
        save: changed => kozpont.ask({ kind: 'save', dialplan: changed }, longestReload),
      };
      return await work(server, phonePort);
    } finally {
      await kozpont.end({ kind: 'close' });
      await rm(folder, { recursive: true, force: true });
      process.off('exit', removeAtOnce);
    }
  }

  /** The bare script, on servers that run. */
  async withBare<T>(
    on: Omit<Extract<ToBare, { kind: 'start' }>, 'kind' | 'extension'> & { readonly sipPort: number },
    work: (bare: Pick<KozpontServer, 'pid' | 'load'>) => Promise<T>,
  ): Promise<T> {
    const { clock, cores } = this.options;
    const { sipPort, ...start } = on;
    const bare = new Child<ToBare>({ clock, file: './production/bareScript.js', core: cores?.server });
    try {
      const phone = `sip:${extension.number}@${address}:${this.phonePort}`;
      await bare.ask({ kind: 'start', ...start, extension: phone });
      return await work({ pid: bare.pid, load: scenario => this.run(sipPort, scenario) });
    } finally {
      await bare.end({ kind: 'close' });
    }
  }

  /** The core on which everything is that is measured. */
  get core(): number | undefined {
    return this.options.cores?.server;
  }

  async withRelay<T>(calls: number, work: (relay: Server, ports: RelayOpened['ports']) => Promise<T>): Promise<T> {
    const { clock, cores } = this.options;
    const relay = new Child<ToRelay>({ clock, file: './relay.js', core: cores?.server });
    try {
      const { ports } = await relay.ask<RelayOpened>({ kind: 'open', calls });
      return await work({ state: () => relay.ask({ kind: 'state' }), load: scenario => this.run(0, scenario) }, ports);
    } finally {
      await relay.end({ kind: 'close' });
    }
  }

  /** A stranger, on the core of the load. */
  async withFlood<T>(
    work: (flood: (of: Omit<Extract<ToFlood, { kind: 'flood' }>, 'kind'>) => Promise<Flooded>) => Promise<T>,
  ) {
    const { clock, cores } = this.options;
    const child = new Child<ToFlood>({ clock, file: './flood.js', core: cores?.load });
    try {
      return await work(of => child.ask({ kind: 'flood', ...of }, longestScenario));
    } finally {
      await child.end({ kind: 'close' });
    }
  }

  /** A process that plays stories, on the core of the server. */
  async withRehearsal<T>(work: (play: (story: number, milliseconds: Duration) => Promise<Rehearsed>) => Promise<T>) {
    const { clock, cores } = this.options;
    const child = new Child<ToRehearse>({ clock, file: './rehearse.js', core: cores?.server });
    try {
      return await work((story, milliseconds) => child.ask({ kind: 'play', story, milliseconds }, longestScenario));
    } finally {
      await child.end({ kind: 'close' });
    }
  }

  /** How long a command of ours takes from its start to its exit, on whatever cores it is given. Milliseconds. */
  async timeCommand(args: readonly string[]): Promise<Duration> {
    const { clock } = this.options;
    const began = clock.now();
    await runToEnd(fileURLToPath(new URL('../cli/main.js', import.meta.url)), args);
    return clock.now() - began;
  }

  async close(): Promise<void> {
    await this.generator.end({ kind: 'close' });
  }

  private run(sipPort: number, scenario: Scenario): Promise<LoadResult> {
    return this.generator.ask<LoadResult>({ kind: 'run', sipPort, scenario }, longestScenario);
  }
}
