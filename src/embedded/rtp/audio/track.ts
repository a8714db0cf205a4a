import type { AudioCodec } from '../../../media/sdp/agreement.ts';
import { encode, silence } from './g711.ts';

/** A sound in both laws, encoded once and shared by everybody who plays it. */
export interface Track {
  /** How long it is. */
  readonly samples: number;
  readonly encoded: Readonly<Record<AudioCodec, Uint8Array>>;
}

/** How much is encoded in one go before others have their turn: half a millisecond of work. */
const block = 80_000;

export function encodeTrack(samples: Int16Array): Track {
  const track = emptyTrack(samples.length);
  encode('PCMU', samples, track.encoded.PCMU, 0, samples.length);
  encode('PCMA', samples, track.encoded.PCMA, 0, samples.length);
  return track;
}

/** The same for a long sound: in pieces, so that no packet waits for it. */
export async function encodeLongTrack(samples: Int16Array): Promise<Track> {
  const track = emptyTrack(samples.length);
  for (let start = 0; start < samples.length; start += block) {
    const end = Math.min(start + block, samples.length);
    encode('PCMU', samples, track.encoded.PCMU, start, end);
    encode('PCMA', samples, track.encoded.PCMA, start, end);
    if (end < samples.length) await new Promise(resolve => setImmediate(resolve));
  }
  return track;
}

const emptyTrack = (samples: number): Track => ({
  samples,
  encoded: { PCMU: new Uint8Array(samples), PCMA: new Uint8Array(samples) },
});

/** A second of silence, to be played as often as wanted. */
const stillness: Track = {
  samples: 8000,
  encoded: {
    PCMU: new Uint8Array(8000).fill(silence.PCMU),
    PCMA: new Uint8Array(8000).fill(silence.PCMA),
  },
};

/** A piece of a sequence: a track, begun anew until `samples` are played. */
export interface Part {
  readonly track: Track;
  readonly samples: number;
}

export const whole = (track: Track): Part => ({ track, samples: track.samples });

/** `duration` in milliseconds. */
export const silent = (duration: number): Part => ({
  track: stillness,
  samples: Math.max(0, Math.round(duration * 8)),
});
