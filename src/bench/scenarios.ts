import type { Duration } from '../base/clock.ts';
import { type Bench, pause } from './bench.ts';
import { check, reload, simulate } from './dialplans.ts';
import type { Server } from './laboratory.ts';
import { settledAfter, transferRings } from './load/scenarios.ts';
import type { LoadResult, Scenario, ServerState } from './messages.ts';
import { dialplan } from './office.ts';
import { flood } from './strangers.ts';
import { figures, loss, mebibytes, outcome, percent, spreads } from './table.ts';

const office = (phonePort: number): string => dialplan(phonePort, transferRings);

/** What transactions and ports of ended calls live on for (RFC 3261, timers H and J), and a little more. */
const aftermath: Duration = 36_000;

const leftBehind = ({ alive }: ServerState): string => {
  const left = Object.entries(alive).filter(([, count]) => count > 0);
  if (left.length === 0) return `nothing (no ${Object.keys(alive).join(', ')})`;
  return left.map(([what, count]) => `${count} ${what}`).join(', ');
};

/** New calls at an even rate, the same load again and again: the later ones show whether anything has stayed behind. */
async function switchboard({ clock, laboratory, sizes: { rate, seconds, rounds }, print }: Bench): Promise<void> {
  print(`\nSwitchboard: ${rate} new calls a second for ${seconds} s, each connected for 2 s`);
  await laboratory.withKozpont(office, async kozpont => {
    await kozpont.load(warmUp);
    for (let round = 1; round <= rounds; round++) {
      const before = await kozpont.state();
      const began = clock.now();
      const result = await kozpont.load({ kind: 'switchboard', rate, seconds });
      const took = clock.now() - began;
      const after = await kozpont.state(true);
      await pause(clock, aftermath);
      const rested = await kozpont.state(true);
      print(`\n load ${round} of ${rounds}\n${outcome(result)}\n${spreads(result.measured)}`);
      print(
        figures({
          'RTP lost': loss(result),
          'processor time a call': `${((after.cpu - before.cpu) / Math.max(1, result.tried)).toFixed(2)} ms`,
          'processor, of one core': percent((after.cpu - before.cpu) / took),
          'memory at its end': `${mebibytes(after.rss)} resident, ${mebibytes(after.heap)} heap`,
          [`memory ${aftermath / 1000} s later`]: `${mebibytes(rested.rss)} resident, ${mebibytes(rested.heap)} heap`,
          'left behind': leftBehind(rested),
        }),
      );
    }
  });
}

/** Before anything is measured: the first calls of a process find its code not yet compiled. */
const warmUp = { kind: 'switchboard', rate: 20, seconds: 3 } as const;

interface Steady {
  readonly result: LoadResult;
  /** Of one core. */
  readonly share: number;
  /** Milliseconds of processor time for each packet that came through. */
  readonly packet: number;
}

const cost = ({ result, share, packet }: Steady): Readonly<Record<string, string>> => ({
  'RTP lost': loss(result),
  'processor, of one core': percent(share),
  'processor time a packet': `${(1000 * packet).toFixed(1)} µs`,
});

/** Calls at once, and beside it what a relay that does nothing else needs for the same packets. */
async function bridged(bench: Bench): Promise<void> {
  const { laboratory, sizes, print } = bench;
  const { calls, seconds } = sizes;
  print(`\nBridged: ${calls} calls at once for ${seconds} s, RTP both ways`);
  const ours = await laboratory.withKozpont(office, kozpont =>
    steady(bench, kozpont, { kind: 'bridged', calls, seconds }, settledAfter(calls)),
  );
  print(`\n Kozpont\n${outcome(ours.result)}\n${spreads(ours.result.measured)}`);
  print(figures(cost(ours)));
  const bare = await laboratory.withRelay(calls, (relay, ports) =>
    steady(bench, relay, { kind: 'relayed', ports, seconds }, settledAfter(0)),
  );
  print(`\n A bare relay, for comparison\n${spreads(bare.result.measured)}`);
  print(
    figures({
      ...cost(bare),
      'Kozpont to the bare relay': `${(ours.packet / bare.packet).toFixed(2)} times its processor time`,
    }),
  );
}

async function steady({ clock, sizes }: Bench, server: Server, scenario: Scenario, after: Duration): Promise<Steady> {
  const running = server.load(scenario);
  await pause(clock, after);
  const before = await server.state();
  const began = clock.now();
  await pause(clock, sizes.seconds * 1000 - 500);
  const spent = (await server.state()).cpu - before.cpu;
  const took = clock.now() - began;
  const result = await running;
  const packets = (result.rtp.expected - result.rtp.lost) * (took / (sizes.seconds * 1000));
  return { result, share: spent / took, packet: spent / Math.max(1, packets) };
}

/** At this rate nothing waits for a processor: what is measured is the way through. */
const unhurried = 20;
/** Recalls a second: each is five calls' worth of signalling. */
const recalls = 5;

async function latency({ laboratory, sizes: { seconds }, print }: Bench): Promise<void> {
  print(`\nLatency: ${unhurried} new calls a second for ${seconds} s; then ${recalls} recalls a second`);
  await laboratory.withKozpont(office, async kozpont => {
    await kozpont.load(warmUp);
    for (const scenario of [
      { kind: 'switchboard', rate: unhurried, seconds },
      { kind: 'recall', rate: recalls, seconds },
    ] as const) {
      const result = await kozpont.load(scenario);
      print(`\n ${scenario.kind}\n${outcome(result)}\n${spreads(result.measured)}`);
    }
  });
}

export const scenarios: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  switchboard,
  bridged,
  latency,
  check,
  simulate,
  reload,
  flood,
};
