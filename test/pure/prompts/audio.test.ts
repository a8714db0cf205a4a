import { describe, expect, it } from 'vitest';
import {
  activeRms,
  amplitude,
  decibels,
  fade,
  mono,
  normaliseSpeech,
  peak,
  quantise,
  rms,
  trim,
} from '../../../src/prompts/audio/level.ts';
import { waitingMusic } from '../../../src/prompts/audio/music.ts';
import { resample } from '../../../src/prompts/audio/resample.ts';

const tone = (frequency: number, sampleRate: number, seconds: number, strength = 0.5): Float32Array =>
  Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, n) => strength * Math.sin((2 * Math.PI * frequency * n) / sampleRate),
  );

/** The middle half: away from the ends, where the filter runs in and out. */
const middle = (samples: Float32Array): Float32Array => samples.subarray(samples.length / 4, (3 * samples.length) / 4);

/** The part of the power that lies at one frequency (Goertzel). */
function share(samples: Float32Array, frequency: number, sampleRate: number): number {
  let re = 0;
  let im = 0;
  for (const [n, sample] of samples.entries()) {
    const angle = (2 * Math.PI * frequency * n) / sampleRate;
    re += sample * Math.cos(angle);
    im -= sample * Math.sin(angle);
  }
  return (2 * (re * re + im * im)) / samples.length ** 2 / rms(samples) ** 2;
}

describe('resampling', () => {
  it.each([11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000])(
    'from %d Hz to 8 kHz keeps a tone of speech as it is',
    rate => {
      for (const frequency of [300, 1000, 3000]) {
        const output = resample(tone(frequency, rate, 0.4), rate, 8000);
        expect(output.length).toBe(3200);
        expect(decibels(rms(middle(output)) / rms(tone(frequency, 8000, 0.5)))).toBeCloseTo(0, 1);
        expect(share(middle(output), frequency, 8000)).toBeGreaterThan(0.9999);
      }
    },
  );

  it.each([
    [22_050, 4300],
    [22_050, 7000],
    [44_100, 5000],
    [48_000, 15_000],
  ])('from %d Hz leaves nothing of %d Hz, which would be heard as another tone', (rate, frequency) => {
    const output = resample(tone(frequency, rate, 0.5), rate, 8000);
    expect(decibels(rms(middle(output)))).toBeLessThan(-75);
  });

  it('goes up as well', () => {
    const output = resample(tone(1000, 6000, 0.5), 6000, 8000);
    expect(share(middle(output), 1000, 8000)).toBeGreaterThan(0.9999);
  });

  it('does not move the sound', () => {
    const pulse = new Float32Array(2205);
    pulse[1102] = 1;
    const output = resample(pulse, 22_050, 8000);
    expect(Math.abs(output.indexOf(peak(output)) - (1102 * 8000) / 22_050)).toBeLessThan(1);
  });

  it('has nothing to do at the same rate, and nothing to give for nothing', () => {
    const samples = tone(500, 8000, 0.1);
    expect(resample(samples, 8000, 8000)).toBe(samples);
    expect(resample(new Float32Array(0), 22_050, 8000)).toHaveLength(0);
  });
});

describe('levels', () => {
  it('brings speech to -19 dB, or its peaks to -6 dB where that comes first', () => {
    const even = tone(440, 8000, 1, 0.9);
    expect(decibels(activeRms(normaliseSpeech(even, 8000), 8000))).toBeCloseTo(-19, 1);
    const peaky = tone(440, 8000, 1, 0.001);
    peaky[4000] = 0.5;
    expect(decibels(peak(normaliseSpeech(peaky, 8000)))).toBeCloseTo(-6, 3);
    expect(normaliseSpeech(new Float32Array(80), 8000)).toEqual(new Float32Array(80));
  });

  it('counts no pause when it measures speech', () => {
    const pausing = new Float32Array(16_000);
    pausing.set(tone(440, 8000, 0.5), 4000);
    expect(decibels(activeRms(pausing, 8000))).toBeCloseTo(decibels(rms(tone(440, 8000, 0.5))), 1);
    expect(decibels(rms(pausing))).toBeLessThan(-14);
  });

  it('takes the silence off both ends, but for a breath', () => {
    const padded = new Float32Array(24_000);
    padded.set(tone(440, 8000, 1), 8000);
    expect(trim(padded, 8000).length / 8000).toBeCloseTo(1.17, 2);
    expect(trim(new Float32Array(800), 8000)).toHaveLength(0);
  });

  it('begins and ends in silence after a fade', () => {
    const faded = fade(new Float32Array(800).fill(1), 8000);
    expect([faded[0], faded.at(-1), faded[40], faded[400]]).toEqual([0, 0, 1, 1]);
    expect(faded.subarray(0, 40).every((sample, n) => n === 0 || sample > (faded[n - 1] ?? 0))).toBe(true);
    expect(fade(new Float32Array(1), 8000)).toHaveLength(1);
  });

  it('mixes channels to one, and never wraps around', () => {
    expect([...mono({ sampleRate: 8000, channels: 2, samples: Int16Array.of(16_384, 0, -32_768, -32_768) })]).toEqual([
      0.25, -1,
    ]);
    expect([...quantise(Float32Array.of(1.5, -1.5, 0.5, 1))]).toEqual([32_767, -32_768, 16_384, 32_767]);
  });
});

describe('the waiting music', () => {
  const music = waitingMusic(8000);
  const second = (n: number): Float32Array => music.subarray(n * 8000, (n + 1) * 8000);

  it('is quiet and even, and lasts', () => {
    expect(music.length / 8000).toBeGreaterThan(30);
    expect(music.length / 8000).toBeLessThan(60);
    expect(decibels(rms(music))).toBeCloseTo(-22, 1);
    expect(peak(music)).toBeLessThan(amplitude(-6));
    for (let n = 0; n < 44; n++) {
      expect(decibels(rms(second(n)))).toBeGreaterThan(-26);
      expect(decibels(rms(second(n)))).toBeLessThan(-18);
    }
  });

  it('has no seam where it starts again', () => {
    const steps = music.map((sample, n) => Math.abs(sample - (music.at(n - 1) ?? 0)));
    expect(steps[0]).toBeLessThan(peak(steps.subarray(1)));
    // The note that sounds over the end goes on over the start.
    expect(decibels(rms(music.subarray(0, 800)))).toBeGreaterThan(-30);
  });

  it('is the same each time', () => {
    const again = waitingMusic(8000);
    expect(again.length).toBe(music.length);
    expect(again.every((sample, n) => sample === music[n])).toBe(true);
  });
});
