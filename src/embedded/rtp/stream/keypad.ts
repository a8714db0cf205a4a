import type { Duration, Instant } from '../../../base/clock.ts';
import type { DigitWay } from '../../../media/port.ts';
import type { AudioCodec } from '../../../media/sdp/agreement.ts';
import { linear } from '../audio/g711.ts';
import { KeypadTones } from '../audio/keypadTones.ts';
import type { RtpView } from '../wire/rtpPacket.ts';
import type { Arrival } from './arrivals.ts';
import { DigitRecogniser } from './digitRecogniser.ts';

/** An event this long after the tone of the same key says the same press. */
const samePress: Duration = 500;
/** Missing sound, in samples: the far end sends no silence, or lost packets took the end of a tone with them. */
const pauseOfSender = 240;
const longestLoss = 480;

/**
 * The keys that the far end presses: as telephone events, and as tones in its sound until the first event comes. Then its
 * tones are what leaks through, and no presses.
 */
export class Keypad {
  private readonly recogniser = new DigitRecogniser();
  private tones: KeypadTones | undefined;
  /** Events have come. */
  private events = false;
  private expected = 0;

  private tone: string | undefined;
  private toneAt: Instant = Number.NEGATIVE_INFINITY;
  private now: Instant = 0;

  constructor(private readonly pressed: (digit: string, way: DigitWay) => void) {}

  /** Tones are listened to from now on. */
  listenToTones(): void {
    this.tones ??= new KeypadTones(digit => {
      this.tone = digit;
      this.toneAt = this.now;
      this.pressed(digit, 'tone');
    });
  }

  /** What was agreed on anew: a far end that takes no events sends none. */
  agree(telephoneEvents: boolean): void {
    if (!telephoneEvents) this.events = false;
  }

  /** The digit whose press begins with this packet; `tell` is to follow. */
  hearEvent(packet: Buffer, view: RtpView, arrival: Arrival, now: Instant): string | undefined {
    return this.recogniser.hear(packet, view, arrival, now);
  }

  tell(digit: string, now: Instant): void {
    const known = !this.events && this.tone === digit && now - this.toneAt <= samePress;
    this.events = true;
    if (!known) this.pressed(digit, 'event');
  }

  /** `step`: by how many packets it is ahead of the one before. */
  hearSound(codec: AudioCodec, packet: Buffer, view: RtpView, arrival: Arrival, step: number, now: Instant): void {
    const { tones } = this;
    if (tones === undefined || this.events || arrival === 'late' || arrival === 'copy') return;
    const missing = (view.timestamp - this.expected) | 0;
    this.expected = (view.timestamp + view.end - view.start) | 0;
    if (arrival !== 'next' || missing > (step > 1 ? longestLoss : pauseOfSender)) tones.pause();
    this.now = now;
    tones.hear(packet, view.start, view.end, linear[codec]);
    if (tones.held !== undefined) this.toneAt = now;
  }
}
