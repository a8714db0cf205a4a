import type { Duration, Instant } from '../base/clock.ts';

type Way = 'rtp' | 'info';

/** The same digit by telephone event (RFC 4733) and by SIP INFO within this time is one press. */
const sameDigit: Duration = 400;

/** A phone's keypad: some phones send each press both ways. */
export class Keypad {
  /** Of each digit: what comes the other way may have been overtaken by the next one. */
  private readonly last = new Map<string, { readonly way: Way; readonly at: Instant }>();

  /** False where the press was heard the other way already. */
  pressed(digit: string, way: Way, at: Instant): boolean {
    const last = this.last.get(digit);
    if (last !== undefined && last.way !== way && at - last.at < sameDigit) return false;
    this.last.set(digit, { way, at });
    return true;
  }
}
