/** What can be heard, as FreeSWITCH plays it. */
import { stat } from 'node:fs/promises';
import { assertNever } from '../../base/assertNever.ts';
import type { Duration } from '../../base/clock.ts';
import type { Sound, Tone } from '../port.ts';
import { type Encoded, filePath, joined, text, wholeNumber } from './encode.ts';

/** Where FreeSWITCH finds a file of ours. */
export type PathMap = (path: string) => string;

interface Part {
  readonly argument: Encoded;
  readonly duration: Duration;
}

export interface PlayList {
  readonly argument: Encoded;
  /** Of one round; undefined where one round lasts for ever. */
  readonly duration: Duration | undefined;
}

/** Europe's and so Hungary's 425 Hz at -13 dBm0 (ETSI TR 101 041-2, ITU-T E.180 supplement 2), as the embedded engine has them. */
const cadences: Readonly<
  Record<Tone, { readonly once: Encoded; readonly loop: Encoded; readonly duration: Duration }>
> = {
  ringback: {
    once: text`tone_stream://v=-13;%(1000,4000,425)`,
    loop: text`tone_stream://v=-13;%(1000,4000,425);loops=-1`,
    duration: 5000,
  },
  busy: {
    once: text`tone_stream://v=-13;%(500,500,425);loops=4`,
    loop: text`tone_stream://v=-13;%(500,500,425);loops=-1`,
    duration: 4000,
  },
  error: {
    once: text`tone_stream://v=-13;%(250,250,425);loops=4`,
    loop: text`tone_stream://v=-13;%(250,250,425);loops=-1`,
    duration: 2000,
  },
  confirm: {
    once: text`tone_stream://v=-13;%(100,50,425);%(100,250,425)`,
    loop: text`tone_stream://v=-13;%(100,50,425);%(100,250,425);loops=-1`,
    duration: 500,
  },
  returned: {
    once: text`tone_stream://v=-13;%(160,80,425);%(160,80,425);%(160,360,425)`,
    loop: text`tone_stream://v=-13;%(160,80,425);%(160,80,425);%(160,360,425);loops=-1`,
    duration: 1000,
  },
};

/** FreeSWITCH's list of files (`file_string`) has no more places. */
const places = 100;
/** A round of a loop is made this long, where it can be: each costs a command, and one below 500 ms would be the last. */
const roundOfLoop: Duration = 30_000;

/** Errors: those of a file that cannot be read, or that FreeSWITCH cannot be told of; and nothing is played then. */
export async function playListOf(sounds: readonly Sound[], loop: boolean, paths: PathMap): Promise<PlayList> {
  const [only] = sounds;
  if (loop && sounds.length === 1 && only?.kind === 'tone') {
    return { argument: cadences[only.tone].loop, duration: undefined };
  }
  const parts = (await Promise.all(sounds.map(sound => partOf(sound, paths)))).filter(part => part.duration > 0);
  const round = parts.reduce((sum, part) => sum + part.duration, 0);
  if (parts.length > places) throw new Error(`more than ${places} sounds in one play`);
  const rounds = loop && round > 0 ? timesOf(round, parts.length) : 1;
  const all = Array.from({ length: rounds }, () => parts).flat();
  return { argument: listOf(all), duration: round * rounds };
}

const timesOf = (round: Duration, parts: number): number =>
  Math.max(1, Math.min(Math.ceil(roundOfLoop / round), Math.floor(places / parts)));

function listOf(parts: readonly Part[]): Encoded {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first.argument;
  return text`file_string://${joined(
    parts.map(part => part.argument),
    '!',
  )}`;
}

async function partOf(sound: Sound, paths: PathMap): Promise<Part> {
  switch (sound.kind) {
    case 'file':
      return { argument: filePath(paths(sound.path)), duration: await durationOf(sound.path) };
    case 'tone':
      return { argument: cadences[sound.tone].once, duration: cadences[sound.tone].duration };
    case 'silence': {
      const duration = Math.round(sound.duration);
      return { argument: text`silence_stream://${wholeNumber(duration)}`, duration };
    }
    default:
      return assertNever(sound);
  }
}

/** Of 8 kHz mono 16-bit WAV with the header of 44 bytes that we write; what else is there is a little longer or shorter. */
async function durationOf(path: string): Promise<Duration> {
  const { size } = await stat(path);
  return Math.max(1, (size - 44) / 16);
}
