/**
 * Rational resampling by a windowed sinc, in polyphase form: the output is where it would be had the sound been
 * interpolated to the common multiple of the two rates, cut off below the lower one's half, and thinned out again.
 */

/** Of the lower of the two rates: for 8 kHz the pass band ends at 3.3 kHz, and nothing is left above 4 kHz. */
const cutOff = 0.45;
/** Zero crossings of the sinc on each side, at the lower rate. */
const reach = 32;
/** Of the Kaiser window: what is cut off lies 90 dB below. */
const beta = 9;

export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const up = to / divisor;
  const down = from / divisor;
  const { taps, phases } = filter(up, from, to);
  const before = taps / 2 - 1;
  const output = new Float32Array(Math.ceil((samples.length * up) / down));
  for (let n = 0; n < output.length; n++) {
    const position = n * down;
    const phase = position % up;
    const first = (position - phase) / up - before;
    const coefficients = phases[phase] ?? missing();
    const start = Math.max(0, -first);
    const end = Math.min(taps, samples.length - first);
    let sum = 0;
    for (let tap = start; tap < end; tap++) sum += (samples[first + tap] ?? 0) * (coefficients[tap] ?? 0);
    output[n] = sum;
  }
  return output;
}

/** For each of the `up` places between two input samples that an output sample can have, the weights around it. */
function filter(up: number, from: number, to: number): { taps: number; phases: readonly Float64Array[] } {
  const cycles = (cutOff * Math.min(from, to)) / from;
  const half = Math.ceil(reach / (2 * cycles));
  const taps = 2 * half;
  const phases = Array.from({ length: up }, (_, phase) => {
    const weights = Float64Array.from({ length: taps }, (_, tap) => {
      const distance = tap - (half - 1) - phase / up;
      return sinc(2 * cycles * distance) * kaiser(distance / half);
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map(weight => weight / sum);
  });
  return { taps, phases };
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const kaiser = (x: number): number => (Math.abs(x) >= 1 ? 0 : bessel(beta * Math.sqrt(1 - x * x)) / bessel(beta));

/** The modified Bessel function of the first kind and order zero, by its power series. */
function bessel(x: number): number {
  let sum = 1;
  for (let term = 1, k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function missing(): never {
  throw new Error('unreachable: a phase is below the number of phases');
}
