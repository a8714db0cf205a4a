import { expect, test } from 'vitest';
import { type Clock, VirtualClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { LoopWatch } from '../../../../src/exchange/admission/loopWatch.ts';

test('timers that fire late make it late, timers on time make it well again, and closed it has none', () => {
  const inner = new VirtualClock();
  let delay = 0;
  const clock: Clock = {
    now: () => inner.now(),
    at: (at, fire) => inner.at(at + delay, fire),
    after: (after, fire) => inner.after(after + delay, fire),
  };
  const watch = new LoopWatch(clock, silentLog, 100);
  inner.advance(10_000);
  expect([watch.late, watch.delay]).toEqual([false, 0]);
  delay = 300;
  inner.advance(5_000);
  expect([watch.late, watch.delay]).toEqual([true, 300]);
  delay = 0;
  inner.advance(5_000);
  expect([watch.late, watch.delay]).toEqual([false, 0]);
  watch.close();
  expect(inner.armed).toBe(0);
});
