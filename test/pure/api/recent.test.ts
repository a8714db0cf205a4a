import { expect, test } from 'vitest';
import { recent } from '../../../src/api/metrics/recent.ts';
import { VirtualClock } from '../../../src/base/clock.ts';

test('is made ten times a second at most, and while it is made nobody makes another one', async () => {
  const clock = new VirtualClock();
  let made = 0;
  const text = recent(clock, async () => String(++made));
  expect(await Promise.all(Array.from({ length: 50 }, text))).toEqual(Array(50).fill('1'));
  for (let n = 2; n <= 10; n++) expect(await text()).toBe(String(n));
  for (let n = 0; n < 100; n++) expect(await text()).toBe('10');
  clock.advance(1_000);
  expect(await text()).toBe('11');
});

test('that fails is made again', async () => {
  let fails = true;
  const text = recent(new VirtualClock(), async () => {
    if (fails) throw new Error('not now');
    return 'there';
  });
  await expect(text()).rejects.toThrow('not now');
  fails = false;
  expect(await text()).toBe('there');
});
