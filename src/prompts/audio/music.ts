/**
 * The music of those who wait, where the operator has put none of his own: slow chords under a plucked arpeggio, made
 * from sines alone, the same at every rendering. It lies between 200 Hz and 2 kHz, where a telephone carries it, and
 * is quiet and even, for it may be heard for minutes. Every note that outlasts the end sounds on at the start, so that
 * the loop has no seam.
 */
import { amplitude, rms, scale } from './level.ts';

const level = -22;
const beatsAMinute = 75;
const beatsABar = 4;

/** MIDI note numbers, low to high; one chord a bar. */
const chords: readonly (readonly [number, number, number, number])[] = [
  [60, 64, 67, 71], // C major 7
  [57, 64, 67, 72], // A minor 7
  [53, 60, 64, 69], // F major 7
  [55, 62, 65, 71], // G 7
  [60, 64, 67, 74], // C add 9
  [52, 59, 62, 67], // E minor 7
  [57, 60, 64, 69], // A minor
  [55, 62, 67, 71], // G
  [53, 60, 65, 69], // F
  [55, 59, 62, 67], // G
  [52, 55, 59, 64], // E minor
  [57, 60, 64, 67], // A minor 7
  [50, 57, 60, 65], // D minor 7
  [55, 60, 62, 67], // G suspended
];

/** Which tone of the chord is plucked on each half beat, an octave up; -1 is a rest. Bars take them in turn. */
const patterns: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 2, 1, 2, -1],
  [0, 2, 1, 3, -1, 2, 1, 2],
  [0, 1, 3, 2, 3, 1, -1, 1],
];

/** Amplitudes of the partials, the fundamental first. */
const padPartials = [1, 0.3, 0.08];
const pluckPartials = [1, 0.35, 0.15, 0.05];
/** A telephone carries nothing above it, and what came near half the sample rate would be heard as another tone. */
const highestPartial = 3400;

export function waitingMusic(sampleRate: number): Float32Array {
  const beat = 60 / beatsAMinute;
  const bar = beat * beatsABar;
  const loop = new Float32Array(Math.round(chords.length * bar * sampleRate));
  for (const [index, chord] of chords.entries()) {
    const start = index * bar;
    for (const note of chord) {
      add(loop, sampleRate, start, bar + 1.6, frequency(note), padPartials, t => 0.22 * pad(t, bar));
    }
    const pattern = patterns[index % patterns.length] ?? [];
    for (const [step, tone] of pattern.entries()) {
      const note = chord[tone];
      if (note === undefined) continue;
      const accent = step === 0 ? 1 : step % 2 === 0 ? 0.8 : 0.65;
      add(
        loop,
        sampleRate,
        start + (step * beat) / 2,
        2.4,
        frequency(note + 12),
        pluckPartials,
        t => 0.5 * accent * pluck(t),
      );
    }
  }
  return scale(loop, amplitude(level) / rms(loop));
}

const frequency = (note: number): number => 440 * 2 ** ((note - 69) / 12);

/** Swells for 0.8 s and dies away over the first 1.6 s of the next chord. */
const pad = (t: number, length: number): number =>
  Math.sin((Math.PI / 2) * Math.min(1, t / 0.8)) ** 2 * Math.cos((Math.PI / 2) * Math.max(0, (t - length) / 1.6)) ** 2;

const pluck = (t: number): number => Math.min(1, t / 0.008) * Math.exp(-t / 0.55) * Math.min(1, (2.4 - t) / 0.2);

/**
 * Adds one note; higher partials die away sooner, as on a string. Each partial is a phasor that is turned by a constant
 * angle, and shortened by a constant factor, from sample to sample: a sine and an exponential for each would take ten
 * times as long.
 */
function add(
  loop: Float32Array,
  sampleRate: number,
  start: number,
  length: number,
  pitch: number,
  partials: readonly number[],
  envelope: (t: number) => number,
): void {
  const first = Math.round(start * sampleRate);
  const count = Math.round(length * sampleRate);
  const note = new Float64Array(count);
  for (const [index, strength] of partials.entries()) {
    if (pitch * (index + 1) > highestPartial) continue;
    const angle = (2 * Math.PI * pitch * (index + 1)) / sampleRate;
    const decay = Math.exp((-index * 0.8) / sampleRate);
    const turn = { cos: decay * Math.cos(angle), sin: decay * Math.sin(angle) };
    let [cos, sin] = [strength, 0];
    for (let n = 0; n < count; n++) {
      note[n] = (note[n] as number) + sin;
      const before = cos;
      cos = before * turn.cos - sin * turn.sin;
      sin = before * turn.sin + sin * turn.cos;
    }
  }
  for (let n = 0; n < count; n++) {
    const at = (first + n) % loop.length;
    loop[at] = (loop[at] as number) + (note[n] as number) * envelope(n / sampleRate);
  }
}
