import alawmulaw from 'alawmulaw';
import type { AudioCodec } from '../../../media/sdp/agreement.ts';

/** G.711: one byte a sample in both laws. Everything is a look-up in a table that is made once. */

export const sampleRate = 8000;
/** Samples, and so bytes, in 20 ms. */
export const frameLength = 160;

/** The byte for silence. */
export const silence: Readonly<Record<AudioCodec, number>> = { PCMU: 0xff, PCMA: 0xd5 };

const codecs = { PCMU: alawmulaw.mulaw, PCMA: alawmulaw.alaw } as const;

const decodeTable = (codec: AudioCodec): Int16Array =>
  Int16Array.from({ length: 256 }, (_, byte) => codecs[codec].decodeSample(byte));

const encodeTable = (codec: AudioCodec): Uint8Array =>
  Uint8Array.from({ length: 65_536 }, (_, sample) => codecs[codec].encodeSample((sample << 16) >> 16));

/** By byte. */
export const linear: Readonly<Record<AudioCodec, Int16Array>> = {
  PCMU: decodeTable('PCMU'),
  PCMA: decodeTable('PCMA'),
};

/** By the lower 16 bits of a sample. */
const encoded: Readonly<Record<AudioCodec, Uint8Array>> = { PCMU: encodeTable('PCMU'), PCMA: encodeTable('PCMA') };

/** From a byte of the one law to that of the other. */
const crossed: Readonly<Record<AudioCodec, Uint8Array>> = {
  PCMU: Uint8Array.from({ length: 256 }, (_, byte) => encodeSample('PCMU', linear.PCMA[byte] as number)),
  PCMA: Uint8Array.from({ length: 256 }, (_, byte) => encodeSample('PCMA', linear.PCMU[byte] as number)),
};

function encodeSample(codec: AudioCodec, sample: number): number {
  return encoded[codec][sample & 0xffff] as number;
}

/** In place, to `to` from the other law. */
export function transcode(bytes: Uint8Array, start: number, end: number, to: AudioCodec): void {
  const table = crossed[to];
  for (let at = start; at < end; at++) bytes[at] = table[bytes[at] as number] as number;
}

/** Samples from `start` to `end`, into `into` at the same places. */
export function encode(codec: AudioCodec, samples: Int16Array, into: Uint8Array, start: number, end: number): void {
  const table = encoded[codec];
  for (let at = start; at < end; at++) into[at] = table[(samples[at] as number) & 0xffff] as number;
}
