import { encode, linear } from '../../src/embedded/rtp/audio/g711.ts';
import { ToneDetector } from '../../src/embedded/rtp/audio/goertzel.ts';
import { testTones } from './rtpPeer.ts';

/** Tones with commas between, in rising order; empty for silence. */
export type Heard = string;

/** Which of the test tones linear samples have, block by block of 40 ms. */
export function tonesOf(samples: Int16Array): Heard[] {
  const blocks: Heard[] = [];
  const detector = new ToneDetector(testTones, heard => blocks.push(heard.join()));
  const bytes = new Uint8Array(samples.length);
  encode('PCMU', samples, bytes, 0, samples.length);
  detector.hear(bytes, 0, bytes.length, linear.PCMU);
  return blocks;
}
