import { describe, expect, test } from 'vitest';
import { networkOf } from '../../../../src/base/network.ts';
import { type Source, Sources } from '../../../../src/exchange/admission/sources.ts';

const trunk = (name: string): Source => ({ kind: 'trunk', name });
const extension = (number: string): Source => ({ kind: 'extension', number });
const at = (address: string): Source => ({ kind: 'address', address });

/** How many of so many calls at one instant are let through. */
const through = (sources: Sources, source: Source, calls: number, now = 0): number =>
  Array.from({ length: calls }, () => sources.take(source, now)).filter(Boolean).length;

describe('sources', () => {
  test('have a bucket each: one that is empty takes nothing from another', () => {
    const sources = new Sources({ callsPerSecondPerSource: 5 }, 0);
    expect(through(sources, trunk('a'), 100)).toBe(5);
    for (const other of [trunk('b'), extension('10'), extension('a'), at('192.0.2.1')]) {
      expect(through(sources, other, 100)).toBe(5);
    }
    expect(through(sources, trunk('a'), 100, 1_000)).toBe(5);
  });

  test('that are trunks may have a limit of their own', () => {
    const sources = new Sources({ callsPerSecondPerSource: 5, trunkCallsPerSecond: { carrier: 20 } }, 0);
    expect(through(sources, trunk('carrier'), 100)).toBe(20);
    expect(through(sources, trunk('constructor'), 100)).toBe(5);
    expect(through(sources, extension('carrier'), 100)).toBe(5);
  });

  test('that are strangers are asked without being charged', () => {
    const sources = new Sources({ callsPerSecondPerSource: 1 }, 0);
    expect([sources.has(at('192.0.2.1'), 0), sources.remembered]).toEqual([true, 0]);
    expect(sources.take(at('192.0.2.1'), 0)).toBe(true);
    expect([sources.has(at('192.0.2.1'), 0), sources.remembered]).toEqual([false, 1]);
    expect(sources.has(at('192.0.2.2'), 0)).toBe(true);
  });

  test('beyond those that are remembered share one bucket, and nobody is pushed out', () => {
    const sources = new Sources({ callsPerSecondPerSource: 2 }, 0, 3);
    for (const n of [1, 2, 3]) expect(through(sources, at(`192.0.2.${n}`), 2)).toBe(2);
    expect(sources.take(at('192.0.2.4'), 0)).toBe(true);
    expect(sources.take(at('192.0.2.5'), 0)).toBe(true);
    expect([sources.has(at('192.0.2.6'), 0), sources.take(at('192.0.2.6'), 0)]).toEqual([false, false]);
    expect([sources.has(at('192.0.2.1'), 0), sources.remembered]).toEqual([false, 3]);
  });

  test('who were not charged for a while are forgotten, which changes nothing for them', () => {
    const sources = new Sources({ callsPerSecondPerSource: 2 }, 0, 3);
    for (const n of [1, 2, 3]) expect(through(sources, at(`192.0.2.${n}`), 3, 0)).toBe(2);
    expect(through(sources, at('192.0.2.1'), 3, 1_400)).toBe(2);
    expect(sources.remembered).toBe(3);
    expect(sources.has(at('192.0.2.1'), 1_800)).toBe(false);
    // At 2400 the two that were last charged at 0 make room.
    for (const n of [4, 5]) expect(through(sources, at(`192.0.2.${n}`), 5, 2_400)).toBe(2);
    expect(sources.remembered).toBe(3);
    expect(through(sources, at('192.0.2.6'), 5, 2_400)).toBe(2);
    expect(through(sources, at('192.0.2.7'), 5, 2_400)).toBe(0);
    expect(through(sources, at('192.0.2.1'), 5, 2_400)).toBe(2);
  });

  test('are no more than so many, whatever comes', () => {
    const sources = new Sources({ callsPerSecondPerSource: 1 }, 0, 50);
    for (let n = 0; n < 20_000; n++) sources.take(at(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`), n);
    expect(sources.remembered).toBeLessThanOrEqual(50);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:1::1', '2001:db8:0:1'],
  ['2001:DB8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8:0:1'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1'],
  ['::1', '0:0:0:0'],
  ['2001:db8::', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
