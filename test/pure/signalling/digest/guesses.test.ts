import { describe, expect, test } from 'vitest';
import { type Guesser, Guesses } from '../../../../src/signalling/digest/guesses.ts';

const at = (source: string, user: string, port = 5060): Guesser => ({ source, port, user });
const start = 1_000_000;

/** So many wrong answers, one each millisecond. */
function fail(guesses: Guesses, times: number, who: (nth: number) => Guesser, from = start): void {
  for (let nth = 0; nth < times; nth++) guesses.wrong(who(nth), from + nth);
}

describe('failures are limited', () => {
  test('for an extension from one network: the eleventh answer within a minute waits', () => {
    const guesses = new Guesses();
    fail(guesses, 9, () => at('192.0.2.1', '101'));
    expect(guesses.leave(at('192.0.2.1', '101'), start + 10)).toBe('now');
    fail(guesses, 1, () => at('192.0.2.1', '101'), start + 10);
    expect(guesses.leave(at('192.0.2.1', '101'), start + 11)).toBe('wait');
    // Neither another extension there, nor the same one from elsewhere.
    expect(guesses.leave(at('192.0.2.1', '102'), start + 11)).toBe('now');
    expect(guesses.leave(at('192.0.2.2', '101'), start + 11)).toBe('now');
    expect(guesses.leave(at('192.0.2.1', '101'), start + 60_100)).toBe('now');
  });

  test('for a network, whatever it names: the sixty-first waits, and others do not', () => {
    const guesses = new Guesses();
    fail(guesses, 59, nth => at('2001:db8::1', `user${nth}`));
    expect(guesses.leave(at('2001:db8::ffff', 'fresh'), start + 60)).toBe('now');
    fail(guesses, 1, () => at('2001:db8::2', 'one more'), start + 60);
    expect(guesses.leave(at('2001:db8::ffff', 'fresh'), start + 61)).toBe('wait');
    expect(guesses.leave(at('2001:db8:0:1::1', 'fresh'), start + 61)).toBe('now');
    expect(guesses.leave(at('2001:db8::ffff', 'fresh'), start + 60_200)).toBe('now');
  });

  test('above the limits no more than a hundred are looked at in ten seconds', () => {
    const guesses = new Guesses();
    fail(guesses, 60, nth => at('192.0.2.1', `user${nth}`));
    const looked = Array.from({ length: 101 }, (_, nth) => guesses.leave(at('192.0.2.1', 'x', nth), start + 100));
    expect(looked.filter(leave => leave === 'wait')).toHaveLength(100);
    expect(looked.at(-1)).toBe('refuse');
    expect(guesses.leave(at('192.0.2.1', 'x'), start + 10_200)).toBe('wait');
  });

  test('of these five from one socket, so that a guesser leaves the others theirs', () => {
    const guesses = new Guesses();
    fail(guesses, 60, nth => at('192.0.2.1', `user${nth}`));
    const looked = Array.from({ length: 1_000 }, (_, nth) => guesses.leave(at('192.0.2.1', `x${nth}`), start + 100));
    expect(looked.filter(leave => leave === 'wait')).toHaveLength(5);
    expect(guesses.leave(at('192.0.2.1', '103', 40_000), start + 100)).toBe('wait');
  });

  test('an extension that has proved itself from that network has its own hundred', () => {
    const guesses = new Guesses();
    guesses.right(at('192.0.2.1', '103'), start);
    fail(guesses, 60, nth => at('192.0.2.1', `user${nth}`));
    for (let port = 1; port <= 200; port++) guesses.leave(at('192.0.2.1', '102', port), start + 100);
    expect(guesses.leave(at('192.0.2.1', '102', 40_000), start + 100)).toBe('refuse');
    expect(guesses.leave(at('192.0.2.1', '103', 40_000), start + 100)).toBe('wait');
    expect(guesses.leave(at('192.0.2.2', '103', 40_000), start + 100)).toBe('now');
    const own = Array.from({ length: 200 }, (_, port) => guesses.leave(at('192.0.2.1', '103', port), start + 101));
    expect(own.filter(leave => leave === 'wait')).toHaveLength(99);
  });

  test('but not for a phone that has proved itself from that very socket', () => {
    const guesses = new Guesses();
    guesses.right(at('192.0.2.1', '101'), start);
    fail(guesses, 200, () => at('192.0.2.1', '101'));
    expect(guesses.leave(at('192.0.2.1', '101'), start + 300)).toBe('now');
    expect(guesses.leave(at('192.0.2.1', '101', 5061), start + 300)).toBe('wait');
    expect(guesses.leave(at('192.0.2.1', '102'), start + 300)).toBe('wait');
    expect([guesses.knows('192.0.2.1', start + 300), guesses.knows('192.0.2.2', start + 300)]).toEqual([true, false]);
    const day = 24 * 3_600_000;
    expect([guesses.knows('192.0.2.1', start + day - 1), guesses.knows('192.0.2.1', start + day)]).toEqual([
      true,
      false,
    ]);
  });
});
