/** What large dialplans take: to be checked, to be rehearsed, and to be taken up while calls are up. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, pause } from './bench.ts';
import { bigDialplan, large } from './bigDialplan.ts';
import { settledAfter } from './load/scenarios.ts';
import { figures, outcome, spread } from './table.ts';

const size = `${large.menus} menus, ${large.extensions} extensions, ${large.calendars} calendars, 3 languages`;
const runs = 5;

/** The whole command, from its start to its exit. */
export async function check({ laboratory, print }: Bench): Promise<void> {
  print(`\nCheck: kozpont check of a dialplan with ${size}; ${runs} times`);
  const folder = await mkdtemp(join(tmpdir(), 'kozpont-bench-'));
  try {
    const file = join(folder, 'large.yaml');
    const text = bigDialplan(large);
    await writeFile(file, text);
    const timed = async (...flags: readonly string[]): Promise<string> => {
      const times: number[] = [];
      for (let run = 0; run < runs; run++) times.push(await laboratory.timeCommand(['check', ...flags, file]));
      return spread(times);
    };
    print(
      figures({
        'the file': `${text.split('\n').length} lines, ${text.length} bytes`,
        'with the proof': await timed(),
        'the rules alone': await timed('--no-proof'),
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const warmUp = 2_000;

/** Each story with its timeline and what it expects, as `kozpont test` plays it. */
export async function simulate({ laboratory, sizes: { rounds, seconds }, print }: Bench): Promise<void> {
  const milliseconds = (seconds * 1000) / 4;
  print(`\nSimulate: stories in virtual time, ${rounds} times ${milliseconds / 1000} s each`);
  await laboratory.withRehearsal(async play => {
    for (let story = 0; ; story++) {
      const { name } = await play(story, warmUp);
      if (name === undefined) return;
      print(`\n ${name}`);
      for (let round = 1; round <= rounds; round++) {
        const { calls, took, cpu } = await play(story, milliseconds);
        print(
          figures({
            'calls a second': ((1000 * calls) / took).toFixed(0),
            'calls a second of processor time': ((1000 * calls) / cpu).toFixed(0),
          }),
        );
      }
    }
  });
}

const callsUp = 200;
const reloads = 3;

/** Calls that are up talk on, and one new large dialplan after the other is saved. */
export async function reload({ clock, laboratory, sizes: { seconds }, print }: Bench): Promise<void> {
  print(`\nReload: a dialplan with ${size}, saved ${reloads} times while ${callsUp} calls are up`);
  const last = Math.max(seconds, 30);
  await laboratory.withKozpont(
    phonePort => bigDialplan(large, phonePort),
    async (kozpont, phonePort) => {
      const running = kozpont.load({ kind: 'bridged', calls: callsUp, seconds: last });
      await pause(clock, settledAfter(callsUp));
      const quiet = await kozpont.watch(3_000);
      const taken: number[] = [];
      const stalls: number[] = [];
      for (let nth = 1; nth <= reloads; nth++) {
        const { took, stall } = await kozpont.save(bigDialplan(large, phonePort, `Large, version ${nth}`));
        taken.push(took);
        stalls.push(stall);
      }
      const { alive } = await kozpont.state();
      const result = await running;
      print(outcome(result));
      print(
        figures({
          'calls up after the last one': String(alive.calls ?? 0),
          'RTP lost': `${result.rtp.lost} of ${result.rtp.expected} packets`,
          'saved → new calls are of it': spread(taken),
          'longest stall of the event loop': spread(stalls),
          'the same, with the calls alone': `${quiet.toFixed(1)} ms`,
        }),
      );
    },
  );
}
