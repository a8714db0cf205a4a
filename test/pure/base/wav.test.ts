import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeWav, parseWav, wavHeader } from '../../../src/base/wav.ts';

const ramp = Int16Array.from({ length: 480 }, (_, index) => index * 100 - 24_000);
const mono = { sampleRate: 8000, channels: 1, samples: ramp };

/** A file with the given chunks, sizes as given. */
function riff(...chunks: readonly [string, Uint8Array][]): Uint8Array {
  const parts = chunks.flatMap(([name, body]) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    return [Buffer.from(name), length, body, Buffer.alloc(body.length % 2)];
  });
  const size = Buffer.alloc(4);
  size.writeUInt32LE(4 + parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat([Buffer.from('RIFF'), size, Buffer.from('WAVE'), ...parts]);
}

function format(of: {
  tag: number;
  channels?: number;
  rate?: number;
  bits?: number;
  extension?: number[];
}): Uint8Array {
  const bytes = Buffer.alloc(16);
  const { tag, channels = 1, rate = 8000, bits = 16 } = of;
  bytes.writeUInt16LE(tag, 0);
  bytes.writeUInt16LE(channels, 2);
  bytes.writeUInt32LE(rate, 4);
  bytes.writeUInt32LE((rate * channels * bits) / 8, 8);
  bytes.writeUInt16LE((channels * bits) / 8, 12);
  bytes.writeUInt16LE(bits, 14);
  return Buffer.concat([bytes, Buffer.from(of.extension ?? [])]);
}

const someData: [string, Uint8Array] = ['data', Uint8Array.of(1, 0, 255, 255)];

describe('WAV', () => {
  it('reads what it writes', () => {
    expect(parseWav(encodeWav(mono))).toEqual({ ok: true, value: mono });
    const stereo = { sampleRate: 44_100, channels: 2, samples: Int16Array.of(1, -1, 32_767, -32_768) };
    expect(parseWav(encodeWav(stereo))).toEqual({ ok: true, value: stereo });
  });

  it('starts every file with a header that tells its length', () => {
    const file = Buffer.from(encodeWav(mono));
    expect(file.length).toBe(44 + 960);
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
    expect(file.readUInt32LE(40)).toBe(960);
    expect(file.subarray(0, 44)).toEqual(Buffer.from(wavHeader({ sampleRate: 8000, channels: 1, dataLength: 960 })));
  });

  it('passes over other chunks, odd ones with their pad byte', () => {
    const file = riff(
      ['LIST', Uint8Array.of(1, 2, 3)],
      ['fmt ', format({ tag: 1 })],
      ['fact', new Uint8Array(4)],
      someData,
    );
    expect(parseWav(file)).toEqual({
      ok: true,
      value: { sampleRate: 8000, channels: 1, samples: Int16Array.of(1, -1) },
    });
  });

  it('takes the extensible form of PCM', () => {
    const extension = [22, 0, 16, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];
    expect(parseWav(riff(['fmt ', format({ tag: 0xfffe, extension })], someData)).ok).toBe(true);
  });

  it('takes a data chunk that claims more than there is up to the end of the file', () => {
    const file = Buffer.from(encodeWav(mono));
    file.writeUInt32LE(0xffff_ffff, 40);
    expect(parseWav(file)).toEqual({ ok: true, value: mono });
  });

  it.each([
    ['is not a WAV file', Buffer.from('ID3\u0003 and so on, and so on')],
    ['is not a WAV file', new Uint8Array(0)],
    ['is MP3, not 16-bit linear PCM', riff(['fmt ', format({ tag: 85 })], someData)],
    ['is µ-law, not 16-bit linear PCM', riff(['fmt ', format({ tag: 7, bits: 8 })], someData)],
    ['has 24 bits a sample, not 16', riff(['fmt ', format({ tag: 1, bits: 24 })], someData)],
    ['has 0 channels', riff(['fmt ', format({ tag: 1, channels: 0 })], someData)],
    ['has a sample rate of 3 Hz', riff(['fmt ', format({ tag: 1, rate: 3 })], someData)],
    ['has its sound before the description of its format', riff(someData)],
    ['has no sound in it', riff(['fmt ', format({ tag: 1 })])],
    ['has a broken description of its format', riff(['fmt ', new Uint8Array(8)], someData)],
  ])('says of a file that it %s', (sentence, file) => {
    expect(parseWav(file)).toEqual({ ok: false, error: sentence });
  });

  it('never throws, wherever a file is cut or spoilt', () => {
    const whole = encodeWav({ ...mono, samples: ramp.subarray(0, 8) });
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (length, at, byte) => {
        const file = whole.slice(0, length);
        if (at < length) file[at] = byte;
        expect(parseWav(file)).toHaveProperty('ok');
      }),
    );
  });
});
