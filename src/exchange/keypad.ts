import type { Duration, Instant } from '../base/clock.ts';
import type { DigitWay } from '../media/port.ts';

type Way = DigitWay | 'info';

/** The same digit by telephone event (RFC 4733) and by SIP INFO within this time is one press. */
const sameDigit: Duration = 400;
/** An INFO may come when the key is released, and its tone is heard when it is pressed. */
const longPress: Duration = 2000;

/** A phone's keypad: some phones send each press both ways. */
export class Keypad {
  /** Of each digit: what comes the other way may have been overtaken by the next one. */
  private readonly last = new Map<string, { readonly way: Way; readonly at: Instant }>();
  /** From then on its tones are no presses. */
  private sendsInfo = false;

  /** False where the press was heard the other way already. */
  pressed(digit: string, way: Way, at: Instant): boolean {
    if (way === 'tone' && this.sendsInfo) return false;
    if (way === 'info') this.sendsInfo = true;
    const last = this.last.get(digit);
    const within = way === 'info' && last?.way === 'tone' ? longPress : sameDigit;
    if (last !== undefined && last.way !== way && at - last.at < within) return false;
    this.last.set(digit, { way, at });
    return true;
  }
}
