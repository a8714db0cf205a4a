/**
 * `npm run bench`: Kozpont in a process that is held to one core, callers and extensions in another one. Figures are
 * printed with what they were measured on, and never judged: a machine that others use gives other figures.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { systemClock } from '../base/clock.ts';
import { columns } from '../cli/columns.ts';
import { machineFacts } from './machine.ts';
import type { Load, LoadResult, Usage } from './process/messages.ts';
import { canPin, type Pinned, pinned } from './process/pinned.ts';
import { cost, leftovers, memory, outcome, packets, times } from './report.ts';

const parts = ['calls', 'media', 'latency'] as const;
type Part = (typeof parts)[number];

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rate: { type: 'string', default: '75' },
    seconds: { type: 'string', default: '25' },
    calls: { type: 'string', default: '300' },
    profile: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

const usage = `npm run bench -- [--only calls|media|latency] [--rate 75] [--seconds 25] [--calls 300] [--profile folder]

  --only     one part (may be given again): calls, new calls at --rate; media, --calls bridged ones; latency at 20 a second
  --rate     new calls a second
  --seconds  of each load
  --calls    bridged calls at once
  --profile  a folder for a CPU profile of Kozpont`;

/** Transactions are remembered for 32 s after their end (RFC 3261, timers B, F, H, J). */
const forgetting = 34_000;
const pause = (milliseconds: number): Promise<void> => new Promise(resolve => systemClock.after(milliseconds, resolve));
const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface Bench {
  readonly kozpont: Pinned<{ readonly port: number }>;
  readonly generator: Pinned<{ readonly port: number }>;
}

async function load({ kozpont, generator }: Bench, what: LoadWithoutServer) {
  const before = await kozpont.ask<Usage>({ kind: 'usage' });
  const asked = { ...what, server: kozpont.hello.port } as Load;
  const result = await generator.ask<LoadResult>({ kind: 'load', load: asked });
  return { before, after: await kozpont.ask<Usage>({ kind: 'usage' }), result };
}

type WithoutServer<T> = T extends unknown ? Omit<T, 'server'> : never;
type LoadWithoutServer = WithoutServer<Load>;

async function calls(bench: Bench, rate: number, seconds: number): Promise<void> {
  print(
    `\nNew calls: ${rate} a second for ${seconds} s, twice. Answer, greeting, digit, extension, 2 s both ways, hang-up.\n`,
  );
  await load(bench, { kind: 'switchboard', rate: Math.min(rate, 20), seconds: 5 });
  const rows: (readonly string[])[] = [['  memory after garbage collection', 'heap', 'resident']];
  rows.push(memory('warm', await collected(bench)));
  for (const nth of ['first', 'second']) {
    const { before, after, result } = await load(bench, { kind: 'switchboard', rate, seconds });
    print(`${outcome(result)}\n${packets(result)}\n${cost(before, after, result)}`);
    print(times(result.measured, { 'INVITE → 200': 'p99 < 100' }));
    await pause(forgetting);
    const idle = await collected(bench);
    print(`${leftovers(idle)}\n`);
    rows.push(memory(`after the ${nth} load`, idle));
  }
  print(columns(rows));
}

async function collected({ kozpont }: Bench): Promise<Usage> {
  await kozpont.ask({ kind: 'collectGarbage' });
  return kozpont.ask<Usage>({ kind: 'usage' });
}

async function media(bench: Bench, count: number, seconds: number): Promise<void> {
  print(
    `\nBridged calls: ${count} at once for ${seconds} s, sound both ways (${count * 100} packets a second in, and out).\n`,
  );
  const { before, after, result } = await load(bench, { kind: 'bridged', calls: count, seconds });
  print(`${outcome(result)}\n${packets(result)}\n${cost(before, after, result)}`);
  print(times(result.measured, { 'through Kozpont': 'p99 < 10 more than directly' }));
}

async function latency(bench: Bench, seconds: number): Promise<void> {
  const rate = 20;
  print(`\nLatency at ${rate} calls a second for ${seconds} s.\n`);
  const everyday = await load(bench, { kind: 'switchboard', rate, seconds });
  print(`${outcome(everyday.result)}\n${cost(everyday.before, everyday.after, everyday.result)}`);
  print(
    times(everyday.result.measured, {
      'first packet of the digit → INVITE': 'p99 < 15',
      'last packet of the digit → INVITE': 'p99 < 15',
      '200 → first RTP packet': 'p99 < 25',
      'INVITE → 200': 'p99 < 100',
    }),
  );
  print(`\nRecalls: ${rate} transfers a second that nobody answers, for ${seconds} s.\n`);
  const recalled = await load(bench, { kind: 'recall', rate, seconds });
  print(`${outcome(recalled.result)}\n${cost(recalled.before, recalled.after, recalled.result)}`);
  print(
    times(recalled.result.measured, {
      'end of the ringing time → CANCEL': 'p99 < 20',
      "487 of the target → the operator's INVITE": 'p99 < 20',
    }),
  );
}

async function main(): Promise<void> {
  const only = values.only ?? [];
  const unknown = only.filter(part => !parts.includes(part as Part));
  const numbers = [values.rate, values.seconds, values.calls].map(Number);
  if (values.help === true || unknown.length > 0 || numbers.some(number => !(number > 0))) {
    print(usage);
    process.exitCode = values.help === true ? 0 : 2;
    return;
  }
  const [rate = 75, seconds = 25, count = 300] = numbers;
  const wanted = (part: Part): boolean => only.length === 0 || only.includes(part);
  const pins = availableParallelism() > 1 && (await canPin());
  const generator = await pinned<{ port: number }>({ program: 'generator', core: pins ? 1 : undefined, args: [] });
  const kozpont = await pinned<{ port: number }>({
    program: 'underTest',
    core: pins ? 0 : undefined,
    args: [String(generator.hello.port)],
    nodeOptions: [
      '--expose-gc',
      ...(values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]),
    ],
  });
  const bench = { kozpont, generator };
  const where = pins
    ? 'Kozpont on core 0, the phones on core 1'
    : 'not held to cores: taskset is missing, or there is one core';
  print(columns([...machineFacts(), ['cores', where]].map(([name, value]) => [`  ${name}`, value ?? ''])));
  try {
    if (wanted('calls')) await calls(bench, rate, seconds);
    if (wanted('media')) await media(bench, count, seconds);
    if (wanted('latency')) await latency(bench, seconds);
  } finally {
    await Promise.all([kozpont.end(), generator.end()]);
  }
}

await main();
