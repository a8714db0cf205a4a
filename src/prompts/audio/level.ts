import type { Pcm } from '../../base/wav.ts';

/** Samples are between -1 and 1 here; levels are in dB relative to full scale (a constant of 1 has 0 dB). */

export const decibels = (amplitude: number): number => 20 * Math.log10(amplitude);
export const amplitude = (level: number): number => 10 ** (level / 20);

/** The channels, averaged. */
export function mono(pcm: Pcm): Float32Array {
  const { channels, samples } = pcm;
  const mixed = new Float32Array(samples.length / channels);
  for (let frame = 0; frame < mixed.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += samples[frame * channels + channel] ?? 0;
    mixed[frame] = sum / (channels * 32_768);
  }
  return mixed;
}

/** Rounded to 16 bits; what is beyond full scale is cut. */
export function quantise(samples: Float32Array): Int16Array {
  const rounded = new Int16Array(samples.length);
  for (let at = 0; at < samples.length; at++) {
    rounded[at] = Math.max(-32_768, Math.min(32_767, Math.round((samples[at] as number) * 32_768)));
  }
  return rounded;
}

export function peak(samples: Float32Array): number {
  let highest = 0;
  for (const sample of samples) highest = Math.max(highest, Math.abs(sample));
  return highest;
}

export function rms(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

export function scale(samples: Float32Array, factor: number): Float32Array {
  return samples.map(sample => sample * factor);
}

const frame = 0.02;

/** The level of the speech alone: of the frames of 20 ms within 30 dB of the loudest one, so that pauses count nothing. */
export function activeRms(samples: Float32Array, sampleRate: number): number {
  const length = Math.round(frame * sampleRate);
  const powers: number[] = [];
  for (let at = 0; at < samples.length; at += length) powers.push(rms(samples.subarray(at, at + length)) ** 2);
  const loudest = powers.reduce((a, b) => Math.max(a, b), 0);
  const active = powers.filter(power => power > 0 && power >= loudest / 1000);
  return active.length === 0 ? 0 : Math.sqrt(active.reduce((a, b) => a + b, 0) / active.length);
}

export interface SpeechLevel {
  readonly speech: number;
  readonly peak: number;
}

/** What telephone networks expect of an announcement: clear, and well away from clipping. */
export const speechLevel: SpeechLevel = { speech: -19, peak: -6 };

/** As loud as both limits allow. Silence stays silence. */
export function normaliseSpeech(samples: Float32Array, sampleRate: number, level = speechLevel): Float32Array {
  const highest = peak(samples);
  if (highest === 0) return samples;
  const bySpeech = amplitude(level.speech) / activeRms(samples, sampleRate);
  return scale(samples, Math.min(bySpeech, amplitude(level.peak) / highest));
}

const audible = amplitude(-50);

/** Without the silence around it, but for `lead` and `tail` seconds: a caller hears the greeting at once. */
export function trim(samples: Float32Array, sampleRate: number, lead = 0.02, tail = 0.15): Float32Array {
  const first = samples.findIndex(sample => Math.abs(sample) > audible);
  if (first === -1) return samples.subarray(0, 0);
  const last = samples.findLastIndex(sample => Math.abs(sample) > audible);
  return samples.slice(
    Math.max(0, first - Math.round(lead * sampleRate)),
    Math.min(samples.length, last + 1 + Math.round(tail * sampleRate)),
  );
}

/** Rises from nothing and falls to nothing within `seconds` at each end: no click. */
export function fade(samples: Float32Array, sampleRate: number, seconds = 0.005): Float32Array {
  const length = Math.min(Math.round(seconds * sampleRate), Math.floor(samples.length / 2));
  const faded = samples.slice();
  for (let at = 0; at < length; at++) {
    const gain = 0.5 - 0.5 * Math.cos((Math.PI * at) / length);
    faded[at] = (faded[at] ?? 0) * gain;
    faded[faded.length - 1 - at] = (faded[faded.length - 1 - at] ?? 0) * gain;
  }
  return faded;
}
