import type { Track } from '../../embedded/rtp/audio/track.ts';
import type { AudioCodec } from '../../media/sdp/agreement.ts';

/** A sound that a phone recognises when it is played to it: a prompt, music. */
export interface KnownSound {
  readonly name: string;
  readonly track: Track;
}

/** So much of a frame is looked for: 10 ms. */
const needle = 80;

/**
 * Recognises known sounds by their very bytes: an engine that plays a file unmixed sends its samples as they are. Once
 * found, a sound is followed frame by frame, through its silences and over the seam of a loop.
 */
export class SoundFollower {
  private sound: KnownSound | undefined;
  private next = 0;

  constructor(private readonly sounds: readonly KnownSound[]) {}

  /** Goes on with the sound that was found before, where this is its next frame. */
  follow(codec: AudioCodec, packet: Uint8Array, start: number, end: number): string | undefined {
    if (this.sound === undefined) return undefined;
    const { track, name } = this.sound;
    const bytes = track.encoded[codec];
    for (let at = start, from = this.next; at < end; at++, from++) {
      if (from === track.samples) from = 0;
      if (packet[at] !== bytes[from]) {
        this.sound = undefined;
        return undefined;
      }
    }
    this.next = (this.next + end - start) % track.samples;
    return name;
  }

  /** Looks for it in every sound: not for each packet, but for what nothing else accounts for. */
  find(codec: AudioCodec, packet: Uint8Array, start: number, end: number): string | undefined {
    const wanted = packet.subarray(start, Math.min(start + needle, end));
    for (const sound of this.sounds) {
      const { buffer, byteOffset, byteLength } = sound.track.encoded[codec];
      const at = Buffer.from(buffer, byteOffset, byteLength).indexOf(wanted);
      if (at === -1) continue;
      this.sound = sound;
      this.next = at;
      return this.follow(codec, packet, start, end);
    }
    return undefined;
  }
}
