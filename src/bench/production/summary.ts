/** What was measured of two systems, as tables; the middle of the rounds. */
import type { Duration } from '../../base/clock.ts';
import type { LoadResult, Spread } from '../messages.ts';
import { columns, shown } from '../table.ts';

export type System = 'Kozpont' | 'bare script';

/** One load. */
export interface Measured {
  readonly system: System;
  /** New calls a second. */
  readonly rate: number;
  /** Milliseconds of processor time a call, of each process. */
  readonly cpu: { readonly script: Duration; readonly drachtio: Duration; readonly freeswitch: Duration };
  readonly result: Pick<LoadResult, 'tried' | 'failed' | 'reasons' | 'measured'>;
}

const systems: readonly System[] = ['Kozpont', 'bare script'];

/** The middle one, or the middle of the two in the middle; null where there is none. */
export function median(values: readonly (number | null | undefined)[]): number | null {
  const sorted = values.filter(value => value !== null && value !== undefined).sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

const whole = ({ cpu }: Measured): Duration => cpu.script + cpu.drachtio + cpu.freeswitch;

const heading = [
  'calls a second',
  '',
  'failed',
  'script',
  'drachtio',
  'FreeSWITCH',
  'all, ms a call',
  'of bare',
  'answer p50',
  'p99',
  'key → INVITE p99',
];

/** A line for each system at each rate. Failures are summed up. */
export function compared(measured: readonly Measured[]): string {
  const rates = [...new Set(measured.map(({ rate }) => rate))].sort((a, b) => a - b);
  const rows = rates.flatMap(rate => {
    const at = (system: System): readonly Measured[] =>
      measured.filter(one => one.system === system && one.rate === rate);
    const bare = median(at('bare script').map(whole));
    return systems.filter(system => at(system).length > 0).map(system => row(rate, system, at(system), bare));
  });
  const reasons = measured.flatMap(({ system, rate, result }) =>
    Object.entries(result.reasons).map(([reason, count]) => `    ${system}, ${rate} a second: ${count} × ${reason}`),
  );
  return [columns([heading, ...rows]), ...reasons].join('\n');
}

function row(rate: number, system: System, loads: readonly Measured[], bare: number | null): readonly string[] {
  const cpu = (of: keyof Measured['cpu']): string => shown(median(loads.map(one => one.cpu[of])));
  const delay = (name: string, of: 'p50' | 'p99'): string =>
    shown(median(loads.map(({ result }) => (result.measured[name] as Spread | undefined)?.[of])));
  const all = median(loads.map(whole));
  const sum = (of: 'failed' | 'tried'): number => loads.reduce((total, { result }) => total + result[of], 0);
  return [
    String(rate),
    system,
    `${sum('failed')} of ${sum('tried')}`,
    cpu('script'),
    cpu('drachtio'),
    cpu('freeswitch'),
    shown(all),
    all === null || bare === null ? '–' : (all / bare).toFixed(2),
    delay('INVITE → 200', 'p50'),
    delay('INVITE → 200', 'p99'),
    delay('key → INVITE at the extension', 'p99'),
  ];
}

/** The highest rate, up to which every call of every round went well. */
export function carriedRate(measured: readonly Measured[], system: System): number {
  const own = measured.filter(one => one.system === system);
  const failing = Math.min(...own.filter(({ result }) => result.failed > 0).map(({ rate }) => rate));
  return Math.max(0, ...own.map(({ rate }) => rate).filter(rate => rate < failing));
}

export const carried = (measured: readonly Measured[]): string =>
  `  without a failure: ${systems.map(system => `${system} up to ${carriedRate(measured, system)} calls a second`).join(', ')}`;
