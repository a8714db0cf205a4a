import type { Duration, Instant } from '../base/clock.ts';

type Way = 'rtp' | 'info';

/** The same digit by telephone event (RFC 4733) and by SIP INFO within this time is one press. */
const sameDigit: Duration = 400;

/** A phone's keypad: some phones send each press both ways. */
export class Keypad {
  private last: { readonly digit: string; readonly way: Way; readonly at: Instant } | undefined;

  /** False where the press was heard the other way already. */
  pressed(digit: string, way: Way, at: Instant): boolean {
    const { last } = this;
    if (last !== undefined && last.way !== way && last.digit === digit && at - last.at < sameDigit) return false;
    this.last = { digit, way, at };
    return true;
  }
}
