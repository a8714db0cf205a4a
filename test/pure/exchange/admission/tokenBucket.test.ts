import { expect, test } from 'vitest';
import { TokenBucket } from '../../../../src/exchange/admission/tokenBucket.ts';

test('a bucket holds a second of its rate, and fills evenly', () => {
  const bucket = new TokenBucket(10, 1_000);
  for (let n = 0; n < 10; n++) expect(bucket.take(1_000)).toBe(true);
  expect([bucket.has(1_000), bucket.take(1_000)]).toEqual([false, false]);
  expect(bucket.take(1_099)).toBe(false);
  expect(bucket.take(1_100)).toBe(true);
  expect(bucket.take(1_100)).toBe(false);
});

test('a bucket that was left alone for long is full, and no fuller', () => {
  const bucket = new TokenBucket(3, 0);
  const taken = Array.from({ length: 5 }, () => bucket.take(3_600_000));
  expect(taken).toEqual([true, true, true, false, false]);
});

test('asking takes nothing', () => {
  const bucket = new TokenBucket(1, 0);
  expect([bucket.has(0), bucket.has(0), bucket.take(0), bucket.has(0)]).toEqual([true, true, true, false]);
});
