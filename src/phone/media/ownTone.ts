import { Playback, type Source } from '../../embedded/rtp/audio/playback.ts';
import type { ToneGenerator } from '../../embedded/rtp/audio/tones.ts';
import { silent } from '../../embedded/rtp/audio/track.ts';
import type { AudioCodec } from '../../media/sdp/agreement.ts';

/** What a phone says all the time: its tone, or silence; and it notices when digits that went before it are through. */
export class OwnTone implements Source {
  private readonly playback: Playback;
  private spoken: (() => void)[] = [];

  /** `tone`: a whole number of hertz; undefined: silence. */
  constructor(tones: ToneGenerator, tone: number | undefined) {
    this.playback = new Playback([tone === undefined ? silent(1000) : tones.steady(tone)], true);
  }

  fill(codec: AudioCodec, into: Uint8Array, at: number, length: number): number {
    const { spoken } = this;
    if (spoken.length > 0) {
      this.spoken = [];
      for (const resolve of spoken) resolve();
    }
    return this.playback.fill(codec, into, at, length);
  }

  /** When the next frame is due: the session asks for none while it sends digits. */
  nextFrame(): Promise<void> {
    return new Promise(resolve => this.spoken.push(resolve));
  }

  /** No further frame will be asked for. */
  end(): void {
    for (const resolve of this.spoken) resolve();
    this.spoken = [];
  }
}
