import type { AudioCodec } from '../../../media/sdp/agreement.ts';
import type { Part } from './track.ts';

/** Where the sound of a stream comes from, frame by frame. */
export interface Source {
  /** Writes the next `length` samples, encoded, at `at`; gives how many there were: fewer when the sound is over. */
  fill(codec: AudioCodec, into: Uint8Array, at: number, length: number): number;
}

/** Parts one after the other without a gap, once or again and again: frames go across the seams. */
export class Playback implements Source {
  private part = 0;
  private played = 0;
  private readonly length: number;

  constructor(
    private readonly parts: readonly Part[],
    private readonly loop: boolean,
  ) {
    this.length = parts.reduce((sum, part) => sum + (part.track.samples === 0 ? 0 : part.samples), 0);
  }

  fill(codec: AudioCodec, into: Uint8Array, at: number, length: number): number {
    if (this.length === 0) return 0;
    let filled = 0;
    while (filled < length) {
      const part = this.parts[this.part];
      if (part === undefined) {
        if (!this.loop) break;
        this.part = 0;
        continue;
      }
      const { track } = part;
      if (this.played >= part.samples || track.samples === 0) {
        this.part++;
        this.played = 0;
        continue;
      }
      const from = this.played % track.samples;
      const count = Math.min(length - filled, part.samples - this.played, track.samples - from);
      copy(track.encoded[codec], from, into, at + filled, count);
      filled += count;
      this.played += count;
    }
    return filled;
  }
}

/** A loop, as `set(subarray())` makes an object for every frame. */
function copy(source: Uint8Array, from: number, into: Uint8Array, at: number, count: number): void {
  for (let index = 0; index < count; index++) into[at + index] = source[from + index] as number;
}
