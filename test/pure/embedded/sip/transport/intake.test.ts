import { expect, it } from 'vitest';
import { VirtualClock } from '../../../../../src/base/clock.ts';
import { Intake } from '../../../../../src/embedded/sip/transport/tcp/intake.ts';

it('lets a burst through, then as much as its rate, for each network by itself', () => {
  const clock = new VirtualClock();
  const intake = new Intake(clock, { bytesPerSecond: 1_000, byteBurst: 500 });
  expect(intake.took('192.0.2.1', 500)).toBe(0);
  expect(intake.took('192.0.2.1', 100)).toBe(100);
  expect(intake.took('192.0.2.2', 500)).toBe(0);
  expect(intake.took('2001:db8:0:1::1', 500)).toBe(0);
  expect(intake.took('2001:db8:0:1::2', 1)).toBe(1);
  clock.advance(100);
  expect(intake.took('192.0.2.1', 50)).toBe(50);
  clock.advance(60_000);
  expect(intake.took('192.0.2.1', 500)).toBe(0);
  expect(intake.took('192.0.2.1', 1)).toBe(1);
});

it('remembers a bounded number of networks', () => {
  const intake = new Intake(new VirtualClock(), { bytesPerSecond: 1_000, byteBurst: 500 });
  intake.took('192.0.2.1', 1_000);
  for (let at = 0; at < 5_000; at++) intake.took(`10.0.${at >> 8}.${at & 255}`, 1);
  // Forgotten: its burst is whole again.
  expect(intake.took('192.0.2.1', 500)).toBe(0);
});
