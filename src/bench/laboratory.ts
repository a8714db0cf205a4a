import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Duration } from '../base/clock.ts';
import { Child } from './child.ts';
import type { Machine } from './machine.ts';
import type {
  LoadResult,
  Opened,
  RelayOpened,
  Scenario,
  ServerState,
  Started,
  ToKozpont,
  ToLoad,
  ToRelay,
} from './messages.ts';

/** Beyond it a scenario has gone wrong, whatever it is. */
const longestScenario: Duration = 600_000;

/** What is measured. */
export interface Server {
  /** `collect`: after a collection of its garbage, where it has some. */
  state(collect?: boolean): Promise<ServerState>;
  load(scenario: Scenario): Promise<LoadResult>;
}

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

  /** `ringFor`: how long the target of a transfer may ring. */
  async withKozpont<T>(ringFor: Duration, work: (kozpont: Server) => Promise<T>): Promise<T> {
    const { clock, cores, profiles } = this.options;
    const folder = await mkdtemp(join(tmpdir(), 'kozpont-bench-'));
    const removeAtOnce = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', removeAtOnce);
    const profile = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles];
    const nodeOptions = ['--expose-gc', ...profile];
    const kozpont = new Child<ToKozpont>({ clock, file: './server.js', core: cores?.server, nodeOptions });
    try {
      const { sipPort } = await kozpont.ask<Started>({ kind: 'start', folder, phonePort: this.phonePort, ringFor });
      return await work({
        state: (collect = false) => kozpont.ask({ kind: 'state', collect }),
        load: scenario => this.run(sipPort, scenario),
      });
    } finally {
      await kozpont.end({ kind: 'close' });
      await rm(folder, { recursive: true, force: true });
      process.off('exit', removeAtOnce);
    }
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

  async close(): Promise<void> {
    await this.generator.end({ kind: 'close' });
  }

  private run(sipPort: number, scenario: Scenario): Promise<LoadResult> {
    return this.generator.ask<LoadResult>({ kind: 'run', sipPort, scenario }, longestScenario);
  }
}
