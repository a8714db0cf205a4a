import alawmulaw from 'alawmulaw';
import { describe, expect, it } from 'vitest';
import { encode, linear, silence, transcode } from '../../../../src/embedded/rtp/audio/g711.ts';
import { ToneDetector } from '../../../../src/embedded/rtp/audio/goertzel.ts';
import { Mixdown } from '../../../../src/embedded/rtp/audio/mixdown.ts';
import { Playback } from '../../../../src/embedded/rtp/audio/playback.ts';
import { ToneGenerator } from '../../../../src/embedded/rtp/audio/tones.ts';
import { encodeTrack, type Part, silent, type Track, whole } from '../../../../src/embedded/rtp/audio/track.ts';

const sine = (frequency: number, length: number, peak = 8000): Int16Array =>
  Int16Array.from({ length }, (_, at) => Math.round(peak * Math.sin((2 * Math.PI * frequency * at) / 8000)));

describe('G.711', () => {
  it('is that of the library, for every sample', () => {
    const samples = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
    const bytes = new Uint8Array(65_536);
    encode('PCMU', samples, bytes, 0, samples.length);
    expect(Buffer.compare(bytes, alawmulaw.mulaw.encode(samples))).toBe(0);
    encode('PCMA', samples, bytes, 0, samples.length);
    expect(Buffer.compare(bytes, alawmulaw.alaw.encode(samples))).toBe(0);
  });

  it('crosses from law to law by one step at most', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const [from, to] of [
      ['PCMU', 'PCMA'],
      ['PCMA', 'PCMU'],
    ] as const) {
      const bytes = Uint8Array.from(all);
      transcode(bytes, 0, 256, to);
      for (const byte of all) {
        const before = linear[from][byte] as number;
        const after = linear[to][bytes[byte] as number] as number;
        expect(Math.abs(after - before)).toBeLessThanOrEqual(8 + Math.abs(before) / 16);
      }
    }
  });

  it('crosses a part of a packet and leaves the rest', () => {
    const bytes = Uint8Array.from([silence.PCMU, silence.PCMU, silence.PCMU, silence.PCMU]);
    transcode(bytes, 1, 3, 'PCMA');
    expect([...bytes]).toEqual([silence.PCMU, silence.PCMA, silence.PCMA, silence.PCMU]);
  });
});

/** A track whose samples can be told apart. */
const numbered = (first: number, samples: number): Track => {
  const bytes = Uint8Array.from({ length: samples }, (_, at) => first + at);
  return { samples, encoded: { PCMU: bytes, PCMA: bytes } };
};

function played(parts: readonly Part[], loop: boolean, frames: number, length = 4): number[][] {
  const playback = new Playback(parts, loop);
  return Array.from({ length: frames }, () => {
    const into = new Uint8Array(length + 1);
    const filled = playback.fill('PCMA', into, 1, length);
    return [...into.subarray(1, 1 + filled)];
  });
}

describe('a playback', () => {
  it('goes over the seams of its parts, and ends', () => {
    const parts = [whole(numbered(10, 3)), whole(numbered(20, 2)), whole(numbered(30, 5))];
    expect(played(parts, false, 4)).toEqual([[10, 11, 12, 20], [21, 30, 31, 32], [33, 34], []]);
  });

  it('goes round without a seam', () => {
    expect(played([whole(numbered(10, 3)), whole(numbered(20, 2))], true, 3)).toEqual([
      [10, 11, 12, 20],
      [21, 10, 11, 12],
      [20, 21, 10, 11],
    ]);
  });

  it('repeats a track for as long as its part is', () => {
    expect(played([{ track: numbered(10, 3), samples: 7 }], false, 3)).toEqual([[10, 11, 12, 10], [11, 12, 10], []]);
    expect(played([{ track: numbered(10, 9), samples: 2 }], false, 2)).toEqual([[10, 11], []]);
  });

  it.each([[[]], [[whole(numbered(0, 0))]], [[silent(0), { track: numbered(0, 0), samples: 5 }]]])(
    'of nothing is over at once, looped or not (%#)',
    parts => {
      expect(played(parts, false, 1)).toEqual([[]]);
      expect(played(parts, true, 1)).toEqual([[]]);
    },
  );

  it('passes over what is empty', () => {
    expect(played([whole(numbered(0, 0)), whole(numbered(10, 2)), silent(0)], true, 1)).toEqual([[10, 11, 10, 11]]);
  });

  it('is silent for as long as it is told', () => {
    const playback = new Playback([silent(1500)], false);
    const bytes = new Uint8Array(20_000);
    expect(playback.fill('PCMU', bytes, 0, 20_000)).toBe(12_000);
    expect(new Set(bytes.subarray(0, 12_000))).toEqual(new Set([silence.PCMU]));
  });
});

/** Where a part sounds, in milliseconds. */
function cadence(part: Part): [number, number][] {
  const bytes = new Uint8Array(part.samples);
  new Playback([part], false).fill('PCMA', bytes, 0, part.samples);
  const spans: [number, number][] = [];
  const loud = (from: number): boolean =>
    bytes.subarray(from, from + 80).some(byte => Math.abs(linear.PCMA[byte] as number) > 1000);
  for (let at = 0; at < part.samples; at += 80) {
    const last = spans.at(-1);
    if (!loud(at)) continue;
    if (last !== undefined && last[1] === at / 8) last[1] = at / 8 + 10;
    else spans.push([at / 8, at / 8 + 10]);
  }
  return spans;
}

const frequenciesOf = (part: Part, tones: readonly number[]): number[][] => {
  const bytes = new Uint8Array(part.samples);
  new Playback([part], false).fill('PCMU', bytes, 0, part.samples);
  const blocks: number[][] = [];
  new ToneDetector(tones, heard => blocks.push([...heard])).hear(bytes, 0, bytes.length, linear.PCMU);
  return blocks;
};

describe('the tones', () => {
  const tones = new ToneGenerator();

  it('have the cadence of Europe, and begin with the tone', () => {
    expect(cadence(tones.tone('ringback'))).toEqual([[0, 1000]]);
    expect(tones.tone('ringback').samples).toBe(5 * 8000);
    expect(cadence(tones.tone('busy'))).toEqual([
      [0, 500],
      [1000, 1500],
      [2000, 2500],
      [3000, 3500],
    ]);
    expect(cadence(tones.tone('error')).slice(0, 2)).toEqual([
      [0, 250],
      [500, 750],
    ]);
    expect(cadence(tones.tone('confirm'))).toEqual([
      [0, 100],
      [150, 250],
    ]);
    expect(cadence(tones.tone('returned'))).toEqual([
      [0, 160],
      [240, 400],
      [480, 640],
    ]);
  });

  it('are of 425 Hz', () => {
    expect(frequenciesOf(tones.tone('ringback'), [350, 425, 480, 620])[5]).toEqual([425]);
  });

  it('go round without a click', () => {
    for (const tone of ['ringback', 'busy', 'error', 'confirm', 'returned'] as const) {
      const { track } = tones.tone(tone);
      const samples = Array.from(track.encoded.PCMU, byte => linear.PCMU[byte] as number);
      const steps = samples.map((sample, at) => Math.abs(sample - (samples.at(at - 1) ?? 0)));
      expect(Math.max(...steps)).toBeLessThan(4500);
    }
  });

  it('rise and fall over 5 ms, and are as loud as they should be in between', () => {
    for (const tone of ['ringback', 'busy'] as const) {
      const { track } = tones.tone(tone);
      const length = tone === 'ringback' ? 8000 : 4000;
      const samples = Array.from(track.encoded.PCMU.subarray(0, length), byte => Math.abs(linear.PCMU[byte] as number));
      const peak = (from: number, to: number): number => Math.max(...samples.slice(from, to));
      const full = peak(100, length - 100);
      expect(full / 32_768).toBeCloseTo(0.316, 1);
      // In the outer millisecond of each edge next to nothing, in the middle about half.
      for (const [outer, middle] of [
        [peak(0, 8), peak(10, 30)],
        [peak(length - 8, length), peak(length - 30, length - 10)],
      ] as const) {
        expect(outer).toBeLessThan(full * 0.15);
        expect(middle).toBeGreaterThan(full * 0.3);
        expect(middle).toBeLessThan(full * 0.95);
      }
    }
  });

  it('are made once', () => {
    expect(tones.tone('busy').track).toBe(tones.tone('busy').track);
  });

  it('of digits are those of the keypad', () => {
    const keys = [697, 770, 852, 941, 1209, 1336, 1477, 1633];
    expect(frequenciesOf(tones.digit('1'), keys)[1]).toEqual([697, 1209]);
    expect(frequenciesOf(tones.digit('0'), keys)[1]).toEqual([941, 1336]);
    expect(frequenciesOf(tones.digit('D'), keys)[1]).toEqual([941, 1633]);
    expect(frequenciesOf(tones.digit('6'), keys)[1]).toEqual([770, 1477]);
  });

  it('that are steady have no seam', () => {
    const part = { ...tones.steady(850), samples: 24_000 };
    expect(frequenciesOf(part, [500, 850, 1000]).every(heard => heard.join() === '850')).toBe(true);
  });
});

describe('the tone detector', () => {
  const known = [425, 500, 650, 800, 1000];
  const heard = (samples: Int16Array): string[] => {
    const blocks: string[] = [];
    const { encoded } = encodeTrack(samples);
    new ToneDetector(known, tones => blocks.push(tones.join())).hear(encoded.PCMA, 0, samples.length, linear.PCMA);
    return blocks;
  };

  it('tells each tone from the others', () => {
    for (const tone of known) expect(new Set(heard(sine(tone, 3200)))).toEqual(new Set([`${tone}`]));
  });

  it('tells two tones that sound together', () => {
    const both = sine(500, 3200, 6000).map((sample, at) => sample + (sine(800, 3200, 6000)[at] as number));
    expect(new Set(heard(both))).toEqual(new Set(['500,800']));
  });

  it('hears nothing in silence, in noise, and in tones that it does not know', () => {
    let seed = 1;
    const noise = Int16Array.from({ length: 3200 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return (seed % 8000) - 4000;
    });
    for (const samples of [new Int16Array(3200), noise, sine(1700, 3200), sine(500, 3200, 20)]) {
      expect(new Set(heard(samples))).toEqual(new Set(['']));
    }
  });

  it('hears over packets of any length', () => {
    const blocks: string[] = [];
    const { encoded } = encodeTrack(sine(650, 3200));
    const detector = new ToneDetector(known, tones => blocks.push(tones.join()));
    for (let at = 0; at < 3200; at += 7) detector.hear(encoded.PCMU, at, Math.min(at + 7, 3200), linear.PCMU);
    expect(blocks).toEqual(Array(10).fill('650'));
  });
});

describe('a mixdown', () => {
  const start = 1_000_000;
  const packet = (level: number): Uint8Array => encodeTrack(new Int16Array(160).fill(level)).encoded.PCMA;
  const samples = (bytes: Buffer): number[] =>
    Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readInt16LE(2 * index));
  /** The level of each 20 ms. */
  const levels = (bytes: Buffer): number[] => samples(bytes).filter((_, index) => index % 160 === 80);
  const near = (level: number): unknown => expect.closeTo(level, -2);

  it('adds two voices where they are at the same time', () => {
    const mixdown = new Mixdown(start);
    mixdown.add(0, 'PCMA', packet(1000), 0, 160, start);
    mixdown.add(0, 'PCMA', packet(1000), 0, 160, start + 20);
    mixdown.add(1, 'PCMA', packet(3000), 0, 160, start + 20);
    mixdown.add(1, 'PCMA', packet(3000), 0, 160, start + 40);
    expect(levels(mixdown.take(start + 60, true))).toEqual([near(1000), near(4000), near(3000)]);
  });

  it('does not wrap what is too loud', () => {
    const mixdown = new Mixdown(start);
    for (const voice of [0, 1] as const) mixdown.add(voice, 'PCMA', packet(-30_000), 0, 160, start);
    expect(samples(mixdown.take(start + 20, true))[80]).toBe(-32_768);
  });

  it('puts packets one after the other though they come early or late', () => {
    const mixdown = new Mixdown(start);
    for (const [index, late] of [0, 9, -5, 60, 0].entries()) {
      mixdown.add(0, 'PCMA', packet(1000 * (index + 1)), 0, 160, start + index * 20 + late);
    }
    expect(levels(mixdown.take(start + 100, true))).toEqual([
      near(1000),
      near(2000),
      near(3000),
      near(4000),
      near(5000),
    ]);
  });

  it('is silent where nobody speaks', () => {
    const mixdown = new Mixdown(start);
    mixdown.add(0, 'PCMA', packet(1000), 0, 160, start);
    mixdown.add(0, 'PCMA', packet(2000), 0, 160, start + 400);
    const heard = levels(mixdown.take(start + 440, true));
    expect(heard).toHaveLength(22);
    expect([heard[0], heard[1], heard[19], heard[20], heard[21]]).toEqual([near(1000), 0, 0, near(2000), 0]);
  });

  it('hands on what is a second old, once', () => {
    const mixdown = new Mixdown(start);
    for (let n = 0; n < 100; n++) mixdown.add(0, 'PCMA', packet(1000), 0, 160, start + n * 20);
    expect(mixdown.take(start + 1000)).toHaveLength(0);
    expect(mixdown.take(start + 1500)).toHaveLength(2 * 4000);
    expect(mixdown.take(start + 1500)).toHaveLength(0);
    expect(levels(mixdown.take(start + 2000, true))).toEqual(Array(75).fill(near(1000)));
  });

  it('goes on in time over any length, in bounded memory', () => {
    const mixdown = new Mixdown(start);
    let length = 0;
    for (let n = 0; n < 3000; n++) {
      mixdown.add(0, 'PCMA', packet(1000), 0, 160, start + n * 20);
      if (n % 25 === 0) length += mixdown.take(start + n * 20).length;
    }
    // Nobody took anything for a minute: what did not fit is lost, and the time is right again afterwards.
    for (let n = 3000; n < 6000; n++) mixdown.add(0, 'PCMA', packet(2000), 0, 160, start + n * 20);
    for (
      let bytes = mixdown.take(start + 120_000, true);
      bytes.length > 0;
      bytes = mixdown.take(start + 120_000, true)
    ) {
      length += bytes.length;
    }
    expect(length).toBe(120 * 8000 * 2);
  });
});
