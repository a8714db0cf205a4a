import { expect } from 'vitest';

/** Times of one byte that may lie between sizes: machines are busy, caches end, memory is collected. */
const slack = 4;
/** Milliseconds: what takes less is not measured. */
const least = 1;
/** The smallest size is this part of the largest: quadratic time is sixteen times as much a byte, cubic 256 times. */
const span = 16;
/** The best of so many counts; what is too much is tried more often, as it may have been the machine. */
const attempts = 3;
const mostAttempts = 15;

/** Whatever is repeated costs the same for each byte, however often it is: `make` gives an input of about that size. */
export function growsWithSizeAlone<Input>(
  name: string,
  largest: number,
  make: (size: number) => Input,
  parse: (input: Input) => unknown,
): void {
  const smallest = largest / span;
  /** Milliseconds of processor time. */
  const timeOf = (size: number, enough: number): number => {
    const input = make(size);
    let best = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < attempts || (best >= enough && attempt < mostAttempts); attempt++) {
      const from = process.cpuUsage();
      parse(input);
      const { user, system } = process.cpuUsage(from);
      best = Math.min(best, (user + system) / 1_000);
    }
    return best;
  };
  const small = timeOf(smallest, Number.POSITIVE_INFINITY);
  const most = slack * span * Math.max(small, least);
  // Doubled step by step, so that what takes for ever is found before it does.
  for (let size = 2 * smallest; size <= largest; size *= 2) {
    const time = timeOf(size, most);
    const measured = `${name}: ${small.toFixed(2)} ms for ${smallest} bytes, ${time.toFixed(2)} ms for ${size}`;
    expect(time, measured).toBeLessThan(most);
  }
}

/** `unit` again and again, to about that size. */
export const repeated = (unit: string, size: number, before = '', after = ''): string =>
  before + unit.repeat(Math.max(1, Math.floor((size - before.length - after.length) / unit.length))) + after;

/** What quantifiers and loops of parsers stumble over. */
export const units: readonly string[] = [
  ' ',
  '\t',
  '\r\n',
  '\n',
  '\r',
  'a',
  '0',
  '-',
  '--',
  ':',
  ';',
  ';a=b',
  '=',
  ',',
  '"',
  '\\',
  '\\"',
  '<',
  '>',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '%',
  '%41',
  '|',
  '#',
  '/',
  '.',
  '@',
  '\0',
  'é',
  ' a',
  'a ',
  'a:',
  'a: b\r\n',
  'a=b\r\n',
  'constructor',
  '__proto__',
];
