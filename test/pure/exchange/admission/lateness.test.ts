import { expect, test } from 'vitest';
import { Lateness } from '../../../../src/exchange/admission/lateness.ts';

/** A timer every 100 ms, each so late, for some seconds. */
function run(lateness: Lateness, from: number, seconds: number, delay: number): number {
  let now = from;
  while (now < from + seconds * 1_000) {
    now += 100 + delay;
    lateness.observe(delay, now);
  }
  return now;
}

test('a process that keeps up is on time', () => {
  const lateness = new Lateness(100);
  run(lateness, 0, 60, 99);
  expect([lateness.late, Math.round(lateness.mean)]).toEqual([false, 99]);
});

test('it is late after two seconds of it, and not before', () => {
  const lateness = new Lateness(100);
  const now = run(lateness, 0, 1.2, 100);
  expect(lateness.late).toBe(false);
  run(lateness, now, 1, 100);
  expect(lateness.late).toBe(true);
});

test('one long stall is no overload, nor are stalls now and then', () => {
  const lateness = new Lateness(100);
  let now = run(lateness, 0, 2, 0);
  for (let n = 0; n < 20; n++) {
    now += 5_000;
    lateness.observe(4_900, now);
    expect(lateness.late).toBe(false);
    now = run(lateness, now, 2, 0);
  }
});

test('it is on time again after three seconds at half of the threshold, and does not flicker around it', () => {
  const lateness = new Lateness(100);
  let now = run(lateness, 0, 4, 500);
  expect(lateness.late).toBe(true);
  now = run(lateness, now, 60, 60);
  expect(lateness.late).toBe(true);
  now = run(lateness, now, 2, 50);
  expect(lateness.late).toBe(true);
  now = run(lateness, now, 1, 99);
  now = run(lateness, now, 2, 0);
  expect(lateness.late).toBe(true);
  run(lateness, now, 1.2, 0);
  expect(lateness.late).toBe(false);
});
