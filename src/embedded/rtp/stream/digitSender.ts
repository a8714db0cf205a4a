import { digits, writeEvent } from '../wire/telephoneEvent.ts';

/** What a frame of 20 ms is used for: `first` begins an event, `pause` is the silence after one. */
export type EventFrame = 'none' | 'first' | 'further' | 'pause';

interface Press {
  readonly event: number;
  readonly frames: number;
}

const samplesPerFrame = 160;
/** The end is said three times (RFC 4733, §2.5.1.4). */
const ends = 3;

/** Digits as telephone events, one packet a frame: update packets, the end three times, then a pause. */
export class DigitSender {
  private readonly waiting: Press[] = [];
  private press: Press | undefined;
  private frame = 0;

  constructor(private readonly pauseFrames = 3) {}

  get busy(): boolean {
    return this.press !== undefined || this.waiting.length > 0;
  }

  /** `text` consists of digits; each is held for `frames` frames. */
  queue(text: string, frames: number): void {
    for (const digit of text) this.waiting.push({ event: digits.indexOf(digit), frames: Math.max(2, frames) });
  }

  /** Writes the payload of the next frame, where it is one of an event, and says what the frame is for. */
  next(into: Buffer, at: number): EventFrame {
    if (this.press === undefined) {
      this.press = this.waiting.shift();
      this.frame = 0;
      if (this.press === undefined) return 'none';
    }
    const { event, frames } = this.press;
    const frame = ++this.frame;
    if (frame >= frames + ends - 1 + this.pauseFrames) this.press = undefined;
    if (frame >= frames + ends) return 'pause';
    writeEvent(into, at, event, frame >= frames, Math.min(frame, frames) * samplesPerFrame);
    return frame === 1 ? 'first' : 'further';
  }
}
