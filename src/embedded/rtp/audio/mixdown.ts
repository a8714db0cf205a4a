import type { Duration, Instant } from '../../../base/clock.ts';
import type { AudioCodec } from '../../../media/sdp/agreement.ts';
import { linear, sampleRate } from './g711.ts';

/** The window that is open to packets; what is older has been handed on. */
const windowLength = 4 * sampleRate;
/** A packet is put after the one before it while it comes at most this late, or this early, by the clock. */
const mostLate = 0.1 * sampleRate;
const mostEarly = 0.5 * sampleRate;
/** How far behind the clock sound is handed on: later than any packet that is still put where it belongs. */
const settled: Duration = 1000;

/**
 * Two voices mixed to one, by the clock: each voice goes on where its last packet ended, and is set right when it has
 * drifted or paused. Silence is where nobody speaks. Memory is bounded by the window.
 */
export class Mixdown {
  private readonly window = new Int16Array(windowLength);
  /** Positions are samples since the start. */
  private handedOn = 0;
  private readonly cursors: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  constructor(private readonly startedAt: Instant) {}

  add(voice: 0 | 1, codec: AudioCodec, packet: Uint8Array, start: number, end: number, now: Instant): void {
    const table = linear[codec];
    const clock = Math.round(((now - this.startedAt) * sampleRate) / 1000);
    let cursor = this.cursors[voice];
    if (clock - cursor > mostLate || cursor - clock > mostEarly) cursor = clock;
    const limit = this.handedOn + windowLength;
    for (let at = start; at < end; at++, cursor++) {
      if (cursor < this.handedOn || cursor >= limit) continue;
      const slot = cursor % windowLength;
      const sum = (this.window[slot] as number) + (table[packet[at] as number] as number);
      this.window[slot] = Math.max(-32_768, Math.min(32_767, sum));
    }
    this.cursors[voice] = cursor;
  }

  /** What no packet will change any more, as 16-bit little endian; `all`: everything up to `now`. */
  take(now: Instant, all = false): Buffer {
    const until = Math.round(((now - this.startedAt - (all ? 0 : settled)) * sampleRate) / 1000);
    const count = Math.max(0, Math.min(windowLength, until - this.handedOn));
    const bytes = Buffer.alloc(2 * count);
    for (let index = 0; index < count; index++) {
      const slot = (this.handedOn + index) % windowLength;
      bytes.writeInt16LE(this.window[slot] as number, 2 * index);
      this.window[slot] = 0;
    }
    this.handedOn += count;
    return bytes;
  }
}
