import { type Bench, pause } from './bench.ts';
import { settledAfter, transferRings } from './load/scenarios.ts';
import { lateLoad } from './load/stage.ts';
import type { Flood, LoadResult } from './messages.ts';
import { dialplan } from './office.ts';
import { columns, loss, percent, shown } from './table.ts';

const calls = 50;
/** Milliseconds. */
const refreshes = 1_000;
const rate = 2_000;

interface Case {
  readonly method: Flood;
  readonly addresses: number;
}

const cases: readonly (Case | undefined)[] = [
  undefined,
  ...(['OPTIONS', 'REGISTER', 'INVITE'] as const).flatMap(method => [1, 200].map(addresses => ({ method, addresses }))),
];

const most = (result: LoadResult, name: string): string => shown(result.measured[name]?.max ?? null);

/** Calls that talk, with and without a stranger's flood beside them. */
export async function flood({ clock, laboratory, sizes: { seconds }, print }: Bench): Promise<void> {
  print(
    `\nFlood: ${calls} calls talk for ${seconds} s and refresh each second; ${rate} messages a second of strangers`,
  );
  const rows: string[][] = [
    [
      'beside',
      'RTP p99',
      'RTP max',
      'RTP lost',
      're-INVITE max',
      'BYE max',
      'calls failed',
      'answered',
      'processor',
      'stall',
      'load late',
    ],
  ];
  for (const one of cases) {
    const row = await laboratory.withKozpont(
      phonePort => dialplan(phonePort, transferRings),
      kozpont =>
        laboratory.withFlood(async flooding => {
          await kozpont.load({ kind: 'switchboard', rate: 20, seconds: 3 });
          const running = kozpont.load({ kind: 'bridged', calls, seconds, refreshes });
          await pause(clock, settledAfter(calls) - 500);
          const before = await kozpont.state();
          const began = clock.now();
          const flooded =
            one === undefined
              ? undefined
              : flooding({ ...one, sipPort: kozpont.sipPort, rate, milliseconds: seconds * 1000 + 1_500 });
          const stall = await kozpont.watch(seconds * 1000);
          const share = ((await kozpont.state()).cpu - before.cpu) / (clock.now() - began);
          const result = await running;
          const { sent = 0, answered = 0 } = (await flooded) ?? {};
          return [
            one === undefined ? 'nobody' : `${one.method} of ${one.addresses}`,
            shown(result.measured['RTP, from end to end']?.p99 ?? null),
            most(result, 'RTP, from end to end'),
            loss(result),
            most(result, 're-INVITE → 200'),
            most(result, 'BYE → 200'),
            `${result.failed} of ${result.tried}`,
            sent === 0 ? '–' : `${answered} of ${sent}`,
            percent(share),
            shown(stall),
            String(result.reasons[lateLoad] ?? 0),
          ];
        }),
    );
    rows.push(row);
  }
  print(columns(rows));
}
