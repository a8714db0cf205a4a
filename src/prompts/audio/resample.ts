/**
 * Rational resampling by a windowed sinc, in polyphase form: the output is where it would be had the sound been
 * interpolated to the common multiple of the two rates, cut off below the lower one's half, and thinned out again.
 */

/** Of the lower of the two rates: for 8 kHz the pass band ends at 3.2 kHz, and nothing is left above 4 kHz. */
const cutOff = 0.45;
/** Zero crossings of the sinc on each side, at the lower rate. */
const reach = 16;
/** Of the Kaiser window: what is cut off lies 60 dB below, well under the noise of G.711. */
const beta = 5.65;

export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const up = to / divisor;
  const down = from / divisor;
  const { taps, weights } = filterOf(up, from, to);
  const before = taps / 2 - 1;
  const output = new Float32Array(Math.ceil((samples.length * up) / down));
  for (let n = 0; n < output.length; n++) {
    const position = n * down;
    const phase = position % up;
    const first = (position - phase) / up - before;
    const row = phase * taps;
    const start = Math.max(0, -first);
    const end = Math.min(taps, samples.length - first);
    let sum = 0;
    for (let tap = start; tap < end; tap++) sum += (samples[first + tap] as number) * (weights[row + tap] as number);
    output[n] = sum;
  }
  return output;
}

/** For each of the `up` places between two input samples that an output sample can have, a row of `taps` weights around it. */
interface Filter {
  readonly taps: number;
  readonly weights: Float64Array;
}

/** Every prompt of a voice needs the same one. */
let latest: { readonly from: number; readonly to: number; readonly filter: Filter } | undefined;

function filterOf(up: number, from: number, to: number): Filter {
  if (latest?.from !== from || latest.to !== to) latest = { from, to, filter: makeFilter(up, from, to) };
  return latest.filter;
}

function makeFilter(up: number, from: number, to: number): Filter {
  const cycles = (cutOff * Math.min(from, to)) / from;
  const half = Math.ceil(reach / (2 * cycles));
  const taps = 2 * half;
  const weights = new Float64Array(up * taps);
  for (let phase = 0; phase < up; phase++) {
    const row = weights.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - (half - 1) - phase / up;
      const weight = sinc(2 * cycles * distance) * kaiser(distance / half);
      row[tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) row[tap] = (row[tap] as number) / sum;
  }
  return { taps, weights };
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
