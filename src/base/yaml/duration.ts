import { z } from 'zod';
import type { Duration } from '../clock.ts';

const milliseconds: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `20s`, `1m30s`, `500ms`, `2h` in milliseconds; undefined where it is not written so. */
export function parseDuration(text: string): Duration | undefined {
  if (text.length > 32 || !/^(?:[0-9]+(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(?<![0-9])([0-9]+)(ms|s|m|h|d)/g)) {
    total += Number(count) * (milliseconds.get(unit ?? '') ?? Number.NaN);
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

/** The shortest way to write it: 90_000 is `1m30s`. */
export function showDuration(duration: Duration): string {
  let rest = Math.round(duration);
  let text = '';
  for (const [unit, length] of [...milliseconds].reverse()) {
    const count = Math.floor(rest / length);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * length;
  }
  return text === '' ? '0s' : text;
}

/** A duration written in YAML with its unit. Both ends are allowed values. Code of the diagnostic: `BAD_DURATION`. */
export function duration(
  range: { readonly min?: Duration; readonly max?: Duration } = {},
): z.ZodType<Duration, string> {
  const error: z.core.$ZodErrorMap = ({ input }) =>
    typeof input === 'number'
      ? `must be a duration with its unit: ${input}s for seconds, ${input}m for minutes`
      : 'must be a duration with its unit, such as 20s or 5m';
  const written = z.string({ error }).meta({
    pattern: '^([0-9]+(ms|s|m|h|d))+$',
    examples: ['20s', '1m30s'],
  });
  return written.transform((text, context) => {
    const refuse = (message: string): never => {
      context.issues.push({
        code: 'custom',
        input: text,
        message,
        params: { code: 'BAD_DURATION', remedy: 'write a number and its unit: 500ms, 20s, 1m30s, 2h' },
      });
      return z.NEVER;
    };
    const value = parseDuration(text);
    if (value === undefined) return refuse(`must be a duration such as 20s, not ${JSON.stringify(text)}`);
    if (range.min !== undefined && value < range.min) return refuse(`must be at least ${showDuration(range.min)}`);
    if (range.max !== undefined && value > range.max) return refuse(`may be at most ${showDuration(range.max)}`);
    return value;
  });
}
