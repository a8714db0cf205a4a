import { sampleRate } from './g711.ts';

/**
 * Hears the keys of a telephone in its sound (ITU-T Q.23, Q.24), by Goertzel's algorithm over windows of 12.75 ms, each
 * half over the one before. A key is told once, after 32 ms of it, while it still sounds.
 *
 * Speech is no key (talk-off): nearly all the energy of a window has to be in one tone of each group, the two of about the
 * same strength, and that in four windows in a row, at a level and at frequencies that stay.
 */

/** Rows and columns (Q.23). */
const keys = '123A456B789C*0#D';
const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];

/** Samples: wide enough for a deviation of 1.5 % (Q.24), narrow enough to tell neighbours apart. */
const windowLength = 102;
const hop = windowLength / 2;
/** Windows in a row until a key is one: what lasts 40 ms (Q.24) holds as many, wherever it begins. */
const needed = 4;
/** Windows in a row without it that end a key: interruptions of 10 ms are none (Q.24). */
const missed = 4;

/** What a tone of amplitude 1 has, in Goertzel's measure. */
const unit = (windowLength / 2) ** 2;
/** Each tone: -35 dBm0 in G.711, whose loudest sine is +3 dBm0. */
const weakest = unit * (32_767 * 10 ** (-38 / 20)) ** 2;
/** The higher tone is stronger by up to 8 dB, or weaker by up to 4 (Q.24); the rest is what a deviation costs one of them. */
const normalTwist = 10 ** (10.5 / 10);
const reverseTwist = 10 ** (6.5 / 10);
/** Over the next one of its group. */
const peak = 10 ** (7 / 10);
/** Of the energy of the window, in the two tones: as measured, and with what their deviation has hidden. */
const purity = 0.68;
const truePurity = 0.84;
/** Of a frequency, as it is measured from window to window: 1.5 % is a key, 3.5 % is none (Q.24). */
const mostDeviation = 0.024;
/** How far the level may move from window to window. */
const steadiness = 10 ** (5 / 10);

const coefficientsOf = (frequencies: readonly number[]): Float64Array =>
  Float64Array.from(frequencies, frequency => 2 * Math.cos((2 * Math.PI * frequency) / sampleRate));
const rowCoefficients = coefficientsOf(rows);
const columnCoefficients = coefficientsOf(columns);
/** Of the two tones, the higher one has at least this much. */
const leastColumn = purity / (1 + reverseTwist);

export class KeypadTones {
  /** The latest window, and the half of one before it. */
  private readonly samples = new Float64Array(windowLength + hop);
  private filled = hop;
  private readonly row = new Phase();
  private readonly column = new Phase();
  private readonly rowPowers = new Float64Array(4);
  private readonly columnPowers = new Float64Array(4);

  /** Places in `keys`; -1: none. */
  private candidate = -1;
  private hits = 0;
  private level = 0;
  private sounding = -1;
  private misses = 0;
  /** While there is nothing, each second window is passed over, and looked at later where the next one has a key. */
  private passedOver = false;

  constructor(private readonly pressed: (digit: string) => void) {}

  /** The key that sounds now. */
  get held(): string | undefined {
    return keys[this.sounding];
  }

  /** Samples from `start` to `end`, by way of the table of their law. */
  hear(bytes: Uint8Array, start: number, end: number, table: Int16Array): void {
    const { samples } = this;
    for (let at = start; at < end; at++) {
      samples[this.filled++] = table[bytes[at] as number] as number;
      if (this.filled === samples.length) {
        this.windowIsFull();
        samples.copyWithin(0, hop);
        this.filled = windowLength;
      }
    }
  }

  /** Nothing was sent for a while: that is silence. */
  pause(): void {
    this.filled = hop;
    this.candidate = -1;
    this.hits = 0;
    this.sounding = -1;
    this.passedOver = false;
  }

  private windowIsFull(): void {
    const idle = this.candidate === -1 && this.sounding === -1;
    if (idle && !this.passedOver) {
      this.passedOver = true;
      return;
    }
    let key = this.keyOf(hop);
    if (key !== -1 && this.passedOver) {
      this.judge(this.keyOf(0));
      key = this.keyOf(hop);
    }
    this.passedOver = false;
    this.judge(key);
  }

  private judge(key: number): void {
    if (key === this.sounding) this.misses = 0;
    else if (++this.misses >= missed) this.sounding = -1;
    if (key === -1 || key !== this.candidate) this.hits = 0;
    this.candidate = key;
    if (key === -1) return;
    if (++this.hits < needed || key === this.sounding) return;
    this.sounding = key;
    this.misses = 0;
    this.pressed(keys[key] as string);
  }

  /** The key in the window from `from`. */
  private keyOf(from: number): number {
    const { samples, rowPowers, columnPowers } = this;
    let energy = 0;
    for (let at = from; at < from + windowLength; at++) energy += (samples[at] as number) ** 2;
    const whole = energy * (windowLength / 2);
    // Two tones of the weakest level have this much between them.
    if (whole < 2 * weakest) return -1;
    measure(samples, from, columnCoefficients, columnPowers);
    const column = strongest(columnPowers);
    const high = columnPowers[column] ?? 0;
    // Most of speech ends here.
    if (high < weakest || high < leastColumn * whole) return -1;
    measure(samples, from, rowCoefficients, rowPowers);
    const row = strongest(rowPowers);
    const low = rowPowers[row] ?? 0;
    if (low < weakest || low + high < purity * whole) return -1;
    if (high > low * normalTwist || low > high * reverseTwist) return -1;
    const key = 4 * row + column;
    const moved = low + high > this.level * steadiness || this.level > (low + high) * steadiness;
    this.level = low + high;
    const rowFrequency = rows[row] as number;
    const columnFrequency = columns[column] as number;
    const rowOff = this.row.deviation(samples, from, rowFrequency);
    const columnOff = this.column.deviation(samples, from, columnFrequency);
    const all = low / seen(rowOff) + high / seen(columnOff);
    const deviates = rowOff > mostDeviation * rowFrequency || columnOff > mostDeviation * columnFrequency;
    if (key === this.candidate && (moved || deviates || all < truePurity * whole)) this.hits = 0;
    return key;
  }
}

/** The phase of one tone from window to window tells its frequency more exactly than a window can. */
class Phase {
  private last = 0;

  /** By how many hertz the frequency was another one since the window half of one before. */
  deviation(samples: Float64Array, from: number, frequency: number): number {
    const turn = (2 * Math.PI * frequency) / sampleRate;
    const coefficient = 2 * Math.cos(turn);
    let before = 0;
    let last = 0;
    for (let at = from; at < from + windowLength; at++) {
      const next = (samples[at] as number) + coefficient * last - before;
      before = last;
      last = next;
    }
    const phase = Math.atan2(before * Math.sin(turn), last - before * Math.cos(turn));
    const off = phase - this.last - turn * hop;
    this.last = phase;
    return (Math.abs(off - 2 * Math.PI * Math.round(off / (2 * Math.PI))) / (2 * Math.PI * hop)) * sampleRate;
  }
}

/** How much of a tone's power a window shows that is made for a frequency `off` hertz aside. */
function seen(off: number): number {
  const turns = (off * windowLength) / sampleRate;
  return turns < 0.01 ? 1 : (Math.sin(Math.PI * turns) / (Math.PI * turns)) ** 2;
}

/** Goertzel's algorithm for four tones at once, over the window from `from`. */
function measure(samples: Float64Array, from: number, coefficients: Float64Array, into: Float64Array): void {
  const [a, b, c, d] = [
    coefficients[0] as number,
    coefficients[1] as number,
    coefficients[2] as number,
    coefficients[3] as number,
  ];
  let [a1, a2, b1, b2, c1, c2, d1, d2] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let at = from; at < from + windowLength; at++) {
    const sample = samples[at] as number;
    const a0 = sample + a * a1 - a2;
    const b0 = sample + b * b1 - b2;
    const c0 = sample + c * c1 - c2;
    const d0 = sample + d * d1 - d2;
    a2 = a1;
    a1 = a0;
    b2 = b1;
    b1 = b0;
    c2 = c1;
    c1 = c0;
    d2 = d1;
    d1 = d0;
  }
  into[0] = a1 * a1 + a2 * a2 - a * a1 * a2;
  into[1] = b1 * b1 + b2 * b2 - b * b1 * b2;
  into[2] = c1 * c1 + c2 * c2 - c * c1 * c2;
  into[3] = d1 * d1 + d2 * d2 - d * d1 * d2;
}

/** The place of the one that stands out; -1: none. */
function strongest(powers: Float64Array): number {
  let best = 0;
  for (let tone = 1; tone < 4; tone++) if ((powers[tone] as number) > (powers[best] as number)) best = tone;
  const least = (powers[best] as number) / peak;
  for (let tone = 0; tone < 4; tone++) if (tone !== best && (powers[tone] as number) > least) return -1;
  return best;
}
