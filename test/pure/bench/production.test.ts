import { describe, expect, test } from 'vitest';
import { processorTimeIn } from '../../../src/bench/production/processorTime.ts';
import { programsIn } from '../../../src/bench/production/servers.ts';
import { carriedRate, compared, type Measured, median, type System } from '../../../src/bench/production/summary.ts';

describe('the processor time of a process', () => {
  const rest = '1 1 1 0 -1 4194304 100 0 0 0 250 75 9 9 20 0 12 0 1000 2000 300';

  test('is what it had as user and as kernel, its children apart', () => {
    expect(processorTimeIn(`4711 (drachtio) S ${rest}`)).toBe(3250);
  });

  test('whatever its program is called', () => {
    expect(processorTimeIn(`4711 (a) S (b c) S ${rest}`)).toBe(3250);
  });
});

describe('the programs', () => {
  test('are named by the environment', () => {
    expect(programsIn({ KOZPONT_DRACHTIO: '/a', KOZPONT_FREESWITCH: '/b' })).toEqual({
      drachtio: '/a',
      freeswitch: '/b',
    });
  });

  test.each([{}, { KOZPONT_DRACHTIO: '/a' }, { KOZPONT_FREESWITCH: '/b' }])('both of them: %o', environment => {
    expect(() => programsIn(environment)).toThrow('needs KOZPONT_DRACHTIO and KOZPONT_FREESWITCH');
  });
});

test.each([
  [[], null],
  [[null, undefined], null],
  [[3, 1, 2], 2],
  [[4, 1, null, 2], 2],
  [[10, 1, 2, 3], 2.5],
])('the median of %o is %o', (values, middle) => {
  expect(median(values)).toBe(middle);
});

const load = (system: System, rate: number, failed: number, each: number): Measured => ({
  system,
  rate,
  cpu: { script: each, drachtio: each, freeswitch: each },
  result: {
    tried: 40,
    failed,
    reasons: failed > 0 ? { 'the caller got 503': failed } : {},
    measured: { 'INVITE → 200': { count: 40, p50: 12, p99: 34, max: 50 } },
  },
});

describe('two systems', () => {
  const measured = [
    load('Kozpont', 5, 0, 10),
    load('bare script', 5, 0, 20),
    load('Kozpont', 10, 0, 10),
    load('bare script', 10, 0, 20),
    load('bare script', 5, 0, 30),
    load('Kozpont', 5, 0, 15),
    load('Kozpont', 10, 0, 10),
    load('bare script', 10, 3, 20),
    load('Kozpont', 20, 4, 10),
  ];

  test('are compared at each rate, by the medians of the rounds', () => {
    const rows = compared(measured)
      .split('\n')
      .map(line => line.trim().split(/\s{2,}/));
    expect(rows.find(row => row[0] === '5' && row[1] === 'Kozpont')).toEqual([
      '5',
      'Kozpont',
      '0 of 80',
      '12.5',
      '12.5',
      '12.5',
      '37.5',
      '0.50',
      '12.0',
      '34.0',
      '–',
    ]);
    expect(rows.find(row => row[0] === '10' && row[1] === 'bare script')?.[2]).toBe('3 of 80');
    expect(compared(measured)).toContain('bare script, 10 a second: 3 × the caller got 503');
  });

  test('a rate that only one of them was measured at has no ratio', () => {
    const rows = compared(measured).split('\n');
    expect(rows.find(row => /^\s*20\s/.test(row))).toMatch(/30\.0\s+–/);
  });

  test('carry what every round has carried, and every lower rate with it', () => {
    expect(carriedRate(measured, 'Kozpont')).toBe(10);
    expect(carriedRate(measured, 'bare script')).toBe(5);
    expect(carriedRate([load('Kozpont', 5, 1, 1), load('Kozpont', 8, 0, 1)], 'Kozpont')).toBe(0);
    expect(carriedRate([], 'Kozpont')).toBe(0);
  });
});
