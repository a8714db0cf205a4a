import { fail, ok, type Result } from './result.ts';

/** Linear PCM, 16 bit; several channels are interleaved. */
export interface Pcm {
  /** Hertz. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly samples: Int16Array;
}

const formatPcm = 1;
const formatExtensible = 0xfffe;
const headerLength = 44;

const formatNames: Readonly<Record<number, string>> = {
  2: 'ADPCM',
  3: 'floating point',
  6: 'A-law',
  7: 'µ-law',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  85: 'MP3',
};

/**
 * Reads a RIFF WAVE file of 16-bit linear PCM (plain or "extensible"). The error is a sentence for the person who made
 * the file. A data chunk that claims to be longer than the file, as programs that write to a pipe leave it, is taken
 * up to the end of the file.
 */
export function parseWav(bytes: Uint8Array): Result<Pcm, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') return fail('is not a WAV file');
  let format: { readonly channels: number; readonly sampleRate: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = tag(view, at);
    const length = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name === 'fmt ') {
      const read = parseFormat(view, body, length);
      if (!read.ok) return read;
      format = read.value;
    } else if (name === 'data') {
      if (format === undefined) return fail('has its sound before the description of its format');
      const available = Math.min(length, bytes.length - body);
      const frames = Math.floor(available / (2 * format.channels));
      return ok({ ...format, samples: readSamples(view, body, frames * format.channels) });
    }
    at = body + length + (length % 2);
  }
  return fail('has no sound in it');
}

function parseFormat(view: DataView, at: number, length: number): Result<Omit<Pcm, 'samples'>, string> {
  if (length < 16 || at + length > view.byteLength) return fail('has a broken description of its format');
  let format = view.getUint16(at, true);
  if (format === formatExtensible && length >= 26) format = view.getUint16(at + 24, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  if (format !== formatPcm) return fail(`is ${formatNames[format] ?? `in format ${format}`}, not 16-bit linear PCM`);
  if (bits !== 16) return fail(`has ${bits} bits a sample, not 16`);
  if (channels < 1 || channels > 8) return fail(`has ${channels} channels`);
  if (sampleRate < 1000 || sampleRate > 384_000) return fail(`has a sample rate of ${sampleRate} Hz`);
  return ok({ channels, sampleRate });
}

function readSamples(view: DataView, at: number, count: number): Int16Array {
  const samples = new Int16Array(count);
  for (let index = 0; index < count; index++) samples[index] = view.getInt16(at + 2 * index, true);
  return samples;
}

/** A RIFF WAVE file with a header of 44 bytes. */
export function encodeWav(pcm: Pcm): Uint8Array {
  const bytes = new Uint8Array(headerLength + 2 * pcm.samples.length);
  bytes.set(wavHeader({ sampleRate: pcm.sampleRate, channels: pcm.channels, dataLength: 2 * pcm.samples.length }));
  const view = new DataView(bytes.buffer);
  for (const [index, sample] of pcm.samples.entries()) view.setInt16(headerLength + 2 * index, sample, true);
  return bytes;
}

/** The 44 bytes before `dataLength` bytes of 16-bit samples: a recorder writes them first, and again when it knows. */
export function wavHeader(of: {
  readonly sampleRate: number;
  readonly channels: number;
  readonly dataLength: number;
}): Uint8Array {
  const bytes = new Uint8Array(headerLength);
  const view = new DataView(bytes.buffer);
  writeTag(view, 0, 'RIFF');
  view.setUint32(4, headerLength - 8 + of.dataLength, true);
  writeTag(view, 8, 'WAVE');
  writeTag(view, 12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, formatPcm, true);
  view.setUint16(22, of.channels, true);
  view.setUint32(24, of.sampleRate, true);
  view.setUint32(28, of.sampleRate * of.channels * 2, true);
  view.setUint16(32, of.channels * 2, true);
  view.setUint16(34, 16, true);
  writeTag(view, 36, 'data');
  view.setUint32(40, of.dataLength, true);
  return bytes;
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function writeTag(view: DataView, at: number, text: string): void {
  for (let index = 0; index < 4; index++) view.setUint8(at + index, text.charCodeAt(index));
}
