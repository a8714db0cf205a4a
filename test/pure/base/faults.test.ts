import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { detach, FaultLog, guard, guardedClock, printable } from '../../../src/base/faults.ts';
import { logLines } from '../../support/wire/logLines.ts';

const watched = () => {
  const { log, lines } = logLines();
  const faults = new FaultLog(systemClock, log);
  return { faults, lines, records: () => lines.map(line => JSON.parse(line)) };
};

const poison = (): never => {
  throw new Error('poison');
};

describe('a guard', () => {
  test('lets what works through, and contains what throws: with its bytes, counted', () => {
    const { faults, records } = watched();
    expect(guard(faults, 'sip', () => {})).toBe(true);
    expect(guard(faults, 'sip', poison, Buffer.from('INVITE\r\n\0é'))).toBe(false);
    expect([...faults.counts]).toEqual([['sip', 1]]);
    expect(records()).toMatchObject([
      {
        level: 'error',
        entrance: 'sip',
        err: { message: 'poison' },
        length: 11,
        bytes: 'INVITE\\r\\n\\x00\\xc3\\xa9',
      },
    ]);
  });

  test.each([
    undefined,
    null,
    'text',
    { message: 'no error' },
    Object.create(null),
    Object.assign(new Error(), { message: undefined }),
  ])('contains %o, which is no proper error', thrown => {
    const { faults, lines } = watched();
    const run = (): never => {
      throw thrown;
    };
    expect(guard(faults, 'http', run)).toBe(false);
    expect(lines).toHaveLength(1);
  });

  test('writes few lines, whatever comes, and counts all of it', () => {
    const { faults, lines } = watched();
    for (let at = 0; at < 1_000; at++) guard(faults, 'rtp', poison, 'x'.repeat(100_000));
    expect(faults.counts.get('rtp')).toBe(1_000);
    expect(lines.length).toBeLessThan(50);
    expect(lines.every(line => line.length < 5_000)).toBe(true);
  });

  test('shows bytes so that they are one line of ASCII and can be read back', () => {
    const all = Uint8Array.from({ length: 256 }, (_, at) => at);
    expect(printable(all)).toMatch(/^[\x20-\x7e]+$/);
    expect(printable('a\\x00\u202e')).toBe('a\\\\x00\\xe2\\x80\\xae');
    expect(printable(Buffer.alloc(100_000, 'a')).length).toBe(512);
    expect(printable('é'.repeat(100_000)).length).toBeLessThanOrEqual(4 * 512);
  });
});

describe('a guarded clock', () => {
  test('goes on after a timer that throws, and after one whose promise fails', async () => {
    const { faults } = watched();
    const clock = guardedClock(systemClock, faults);
    const fired = await new Promise<string>(resolve => {
      clock.after(0, poison);
      clock.at(clock.now() - 1, async () => poison());
      clock.after(5, () => resolve('fired'));
    });
    expect(fired).toBe('fired');
    expect(faults.counts.get('timer')).toBe(2);
  });

  test('tells the same time, and its timers can be cancelled', async () => {
    const { faults } = watched();
    const clock = guardedClock(systemClock, faults);
    expect(Math.abs(clock.now() - systemClock.now())).toBeLessThan(1_000);
    let fired = 0;
    clock.after(1, () => fired++).cancel();
    await new Promise<void>(resolve => clock.after(10, resolve));
    expect(fired).toBe(0);
  });
});

test('a promise that nobody waits for fails without ending the process', async () => {
  const { faults } = watched();
  detach(faults, Promise.reject(new Error('poison')));
  detach(faults, Promise.resolve());
  await new Promise<void>(resolve => systemClock.after(0, resolve));
  expect([...faults.counts]).toEqual([['task', 1]]);
});
