import type { LoadResult, Spread } from './messages.ts';

export const shown = (value: number | null): string => (value === null ? '–' : value.toFixed(1));

/** Columns as wide as what is in them; numbers, in all but the first, are aligned to the right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map(row => row[at]?.length ?? 0)));
  return rows
    .map(row => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))))
    .map(row => `  ${row.join('   ')}`)
    .join('\n');
}

export const spreads = (measured: Readonly<Record<string, Spread>>): string =>
  columns([
    ['milliseconds', 'p50', 'p99', 'max', 'count'],
    ...Object.entries(measured).map(([name, { p50, p99, max, count }]) => [
      name,
      shown(p50),
      shown(p99),
      shown(max),
      String(count),
    ]),
  ]);

export const figures = (rows: Readonly<Record<string, string>>): string => {
  const width = Math.max(...Object.keys(rows).map(name => name.length));
  return Object.entries(rows)
    .map(([name, value]) => `  ${name.padEnd(width)}   ${value}`)
    .join('\n');
};

/** Few measurements of one thing, in milliseconds: the middle one, and the worst. */
export function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  return `${shown(sorted[Math.floor(sorted.length / 2)] ?? null)} ms (at most ${shown(sorted.at(-1) ?? null)} ms)`;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

export const outcome = ({ tried, failed, reasons }: LoadResult): string =>
  [
    `  ${tried} calls, ${failed} failed`,
    ...Object.entries(reasons).map(([reason, count]) => `    ${count} × ${reason}`),
  ].join('\n');

export const loss = ({ rtp: { expected, lost } }: LoadResult): string =>
  expected === 0 ? '–' : `${((100 * lost) / expected).toFixed(3)} % (${lost} of ${expected})`;
