import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';

test('a timer of the system clock never fires before its instant', async () => {
  const early: number[] = [];
  const start = systemClock.now();
  await Promise.all(
    Array.from({ length: 200 }, (_, nth) => {
      const at = start + 5 + nth * 0.37;
      return new Promise<void>(resolve => {
        systemClock.at(at, () => {
          const now = systemClock.now();
          if (now < at) early.push(at - now);
          resolve();
        });
      });
    }),
  );
  expect(early).toEqual([]);
});
