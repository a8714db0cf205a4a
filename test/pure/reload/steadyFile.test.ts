import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { ok } from '../../../src/base/result.ts';
import { SteadyFile } from '../../../src/reload/steadyFile.ts';

/** A file in virtual time; what it holds is its fingerprint. */
function world(initial: string) {
  const clock = new VirtualClock();
  const found: string[] = [];
  const file = { holds: initial, looks: 0 };
  const steady = new SteadyFile({
    clock,
    glimpse: async () => {
      file.looks++;
      return { fingerprint: file.holds, read: ok(new Uint8Array()) };
    },
    changed: async ({ fingerprint }) => void found.push(fingerprint),
    settle: 500,
    every: 10_000,
  });
  const pass = async (time: number): Promise<void> => {
    clock.advance(time);
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  return { clock, found, file, steady, pass };
}

test('a file counts when two looks in a row find the same', async () => {
  const { clock, found, file, steady, pass } = world('first');
  steady.start();
  await pass(500);
  expect(found).toEqual([]);
  await pass(500);
  expect(found).toEqual(['first']);
  for (const part of ['half', 'three quarters', '', 'whole']) {
    file.holds = part;
    steady.touched();
    await pass(500);
    expect(found).toEqual(['first']);
  }
  await pass(500);
  expect(found).toEqual(['first', 'whole']);
  await steady.close();
  expect(clock.armed).toBe(0);
});

test('what is as before is told once; asked for, again', async () => {
  const { found, steady, pass } = world('first');
  steady.start();
  await pass(500);
  await pass(500);
  steady.touched();
  await pass(500);
  expect(found).toEqual(['first']);
  steady.forget();
  await pass(500);
  expect(found).toEqual(['first', 'first']);
  await steady.close();
});

test('a change that nothing tells of is found all the same', async () => {
  const { found, file, steady, pass } = world('first');
  steady.start();
  await pass(500);
  await pass(500);
  file.holds = 'second';
  await pass(9_999);
  expect(found).toEqual(['first']);
  await pass(1);
  await pass(500);
  expect(found).toEqual(['first', 'second']);
  await steady.close();
});

test('touching without end neither puts off the look nor multiplies it', async () => {
  const { file, found, steady, pass } = world('first');
  steady.start();
  for (let i = 0; i < 100; i++) {
    steady.touched();
    await pass(10);
  }
  expect(file.looks).toBe(2);
  expect(found).toEqual(['first']);
  await steady.close();
});

test('closed, it tells nothing more', async () => {
  const { clock, found, file, steady, pass } = world('first');
  steady.start();
  await pass(500);
  await steady.close();
  steady.touched();
  await pass(20_000);
  expect([found, file.looks, clock.armed]).toEqual([[], 1, 0]);
});
