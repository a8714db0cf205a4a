import type { Tone } from '../../../media/port.ts';
import { sampleRate } from './g711.ts';
import { encodeTrack, type Part, type Track, whole } from './track.ts';

/** Call progress tones, generated: Europe's and so Hungary's 425 Hz (ETSI TR 101 041-2, ITU-T E.180 supplement 2). */

interface Cadence {
  /** Hertz; several sound together. */
  readonly frequencies: readonly number[];
  /** Milliseconds on, off, on, off. */
  readonly pattern: readonly number[];
  /** Milliseconds that the tone is heard when it is not looped. */
  readonly once: number;
}

/** Of full scale: -13 dBm0, as exchanges send them. */
const tonePeak = 0.316;
/** Rises and falls over 5 ms: an edge would click. */
const ramp = 40;

const cadences: Readonly<Record<Tone, Cadence>> = {
  ringback: { frequencies: [425], pattern: [1000, 4000], once: 5000 },
  busy: { frequencies: [425], pattern: [500, 500], once: 4000 },
  error: { frequencies: [425], pattern: [250, 250], once: 2000 },
  confirm: { frequencies: [425], pattern: [100, 50, 100, 250], once: 500 },
  returned: { frequencies: [425], pattern: [160, 80, 160, 80, 160, 360], once: 1000 },
};

/** Rows and columns of the keypad (ITU-T Q.23). */
const keypad = ['123A', '456B', '789C', '*0#D'];
const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];

/** The tones of one engine, made when first asked for. */
export class ToneGenerator {
  private readonly made = new Map<string, Track>();

  tone(tone: Tone): Part {
    const { frequencies, pattern, once } = cadences[tone];
    const track = this.remember(tone, () => cadence(frequencies, pattern));
    return { track, samples: (once * sampleRate) / 1000 };
  }

  /** A digit as it sounds on the line, for a far end that takes no telephone events: 100 ms, and 50 ms of silence. */
  digit(digit: string): Part {
    const row = keypad.findIndex(line => line.includes(digit));
    const frequencies = [rows[row] ?? 0, columns[keypad[row]?.indexOf(digit) ?? -1] ?? 0];
    return whole(this.remember(`digit ${digit}`, () => cadence(frequencies, [100, 50])));
  }

  /** One second of a steady tone of a whole number of hertz, which goes on without a seam when it is repeated. */
  steady(frequency: number): Part {
    return whole(this.remember(`steady ${frequency}`, () => encodeTrack(sines([frequency], sampleRate))));
  }

  private remember(name: string, make: () => Track): Track {
    const known = this.made.get(name);
    if (known !== undefined) return known;
    const track = make();
    this.made.set(name, track);
    return track;
  }
}

/** One turn of the pattern. */
function cadence(frequencies: readonly number[], pattern: readonly number[]): Track {
  const pieces = pattern.map((milliseconds, index) => {
    const length = (milliseconds * sampleRate) / 1000;
    return index % 2 === 0 ? shaped(sines(frequencies, length)) : new Int16Array(length);
  });
  const samples = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return encodeTrack(samples);
}

function sines(frequencies: readonly number[], length: number): Int16Array {
  const peak = (tonePeak * 32_767) / frequencies.length;
  return Int16Array.from({ length }, (_, at) =>
    Math.round(
      frequencies.reduce((sum, frequency) => sum + peak * Math.sin((2 * Math.PI * frequency * at) / sampleRate), 0),
    ),
  );
}

function shaped(samples: Int16Array): Int16Array {
  const last = samples.length - 1;
  return samples.map((sample, at) => {
    const edge = Math.min(at, last - at) / ramp;
    return edge >= 1 ? sample : Math.round(sample * Math.sin((edge * Math.PI) / 2) ** 2);
  });
}
