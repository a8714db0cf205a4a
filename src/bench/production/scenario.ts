/** The production engine and a bare script of drachtio-srf and drachtio-fsmrf, side by side, on the same servers. */
import { createRequire } from 'node:module';
import type { Duration } from '../../base/clock.ts';
import { type Bench, pause } from '../bench.ts';
import type { LoadResult, Scenario } from '../messages.ts';
import { dialplan, writeTone } from '../office.ts';
import { processorTime } from './processorTime.ts';
import { engineSettings, type Programs, type Servers, versionOf, withServers } from './servers.ts';
import { carried, compared, type Measured, type System } from './summary.ts';

export interface ProductionSizes {
  /** New calls a second, one load after the other. */
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
}

const greeting: Duration = 1_000;
/** The whole greeting, and a moment to think. */
const listens: Duration = 1_100;
const ringFor: Duration = 20_000;

/** Whoever controls the servers, while they run. */
interface Running {
  readonly pid: number;
  load(scenario: Scenario): Promise<LoadResult>;
}

/** Code that is not compiled yet, memory that is not taken yet. */
const warmUp: Scenario = { kind: 'switchboard', rate: 6, seconds: 20, listens };
/** Between two loads: transactions, channels and ports of the last one go. */
const rest: Duration = 5_000;
/** Above it, a rate is so far beyond what is carried that a higher one shows nothing. */
const hopeless = 0.5;

export async function production(bench: Bench, programs: Programs, sizes: ProductionSizes): Promise<void> {
  const { print } = bench;
  const { rates, seconds, rounds } = sizes;
  print(`${versions(programs)}\nscript, drachtio-server and FreeSWITCH are together on the core of what is measured`);
  print(
    `\nProduction: answer, greeting of ${greeting / 1000} s, a key, an extension rings and answers, 2 s talked, hung up; ${rates.join(', ')} new calls a second for ${seconds} s each, ${rounds} alternating rounds`,
  );
  const measured: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    const order: readonly System[] = round % 2 === 0 ? ['Kozpont', 'bare script'] : ['bare script', 'Kozpont'];
    for (const system of order) {
      const found = await measure(bench, programs, system, sizes);
      measured.push(...found);
      print(`\n round ${round + 1}, ${system}\n${compared(found)}`);
    }
  }
  print(`\n medians of ${rounds} rounds\n${compared(measured)}\n\n${carried(measured)}`);
}

async function measure(
  bench: Bench,
  programs: Programs,
  system: System,
  { rates, seconds }: ProductionSizes,
): Promise<readonly Measured[]> {
  return withSystem(bench, programs, system, async ({ pid, load }, servers) => {
    const processes = { script: pid, drachtio: servers.drachtio.pid, freeswitch: servers.freeswitch.pid };
    const times = async (): Promise<Measured['cpu']> => {
      const [script, drachtio, freeswitch] = await Promise.all([
        processorTime(processes.script),
        processorTime(processes.drachtio),
        processorTime(processes.freeswitch),
      ]);
      return { script, drachtio, freeswitch };
    };
    await load(warmUp);
    const found: Measured[] = [];
    for (const rate of rates) {
      await pause(bench.clock, rest);
      const before = await times();
      const result = await load({ kind: 'switchboard', rate, seconds, listens });
      const after = await times();
      const aCall = (of: keyof Measured['cpu']): Duration => (after[of] - before[of]) / result.tried;
      const cpu = { script: aCall('script'), drachtio: aCall('drachtio'), freeswitch: aCall('freeswitch') };
      found.push({ system, rate, cpu, result });
      if (result.failed > hopeless * result.tried) break;
    }
    return found;
  });
}

function withSystem<T>(
  { laboratory }: Bench,
  programs: Programs,
  system: System,
  work: (running: Running, servers: Servers) => Promise<T>,
): Promise<T> {
  const { core } = laboratory;
  if (system === 'Kozpont') {
    return withServers(programs, { core, by: 'kozpont' }, servers => {
      const beside = { engine: engineSettings(servers), sipPort: servers.sipPort };
      const office = (phonePort: number): string => dialplan(phonePort, ringFor);
      return laboratory.withKozpont(office, kozpont => work(kozpont, servers), { beside, greeting });
    });
  }
  return withServers(programs, { core, by: 'fsmrf' }, async servers =>
    laboratory.withBare({ ...servers, greeting: await writeTone(servers.folder, greeting) }, bare =>
      work(bare, servers),
    ),
  );
}

function versions({ drachtio, freeswitch }: Programs): string {
  const require = createRequire(import.meta.url);
  const library = (name: string): string => {
    try {
      return `${name} ${require(`${name}/package.json`).version}`;
    } catch {
      return `no ${name}`;
    }
  };
  return [
    `drachtio-server ${versionOf(drachtio, '--version')}, ${versionOf(freeswitch, '-version')}`,
    ['drachtio-srf', 'drachtio-fsmrf'].map(library).join(', '),
  ].join('\n');
}
