import { readFile, stat } from 'node:fs/promises';
import type { Clock, Instant } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { parseWav } from '../../../base/wav.ts';
import { sampleRate } from './g711.ts';
import { encodeLongTrack, type Track } from './track.ts';

/** Half an hour of music is 29 MB. */
const largestFile = 64 * 2 ** 20;
/** How often it is looked whether a file was replaced. */
const lookAgainAfter = 1000;

interface Entry {
  readonly track: Track;
  readonly version: string;
  lookedAt: Instant;
}

/**
 * WAV files, read and encoded once and shared by all who play them; the least recently played ones are let go of beyond
 * `limit` bytes. A file that was replaced is heard from the next play but one on: nobody waits for the disk to say so.
 */
export class SoundLibrary {
  /** From the least to the most recently played. */
  private readonly entries = new Map<string, Entry>();
  private readonly loading = new Map<string, Promise<Track>>();
  private held = 0;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly limit: number,
  ) {}

  get bytes(): number {
    return this.held;
  }

  /** At once, where it was played lately. */
  get(path: string): Track | undefined {
    const entry = this.entries.get(path);
    if (entry === undefined) return undefined;
    this.entries.delete(path);
    this.entries.set(path, entry);
    const now = this.clock.now();
    if (now - entry.lookedAt > lookAgainAfter) {
      entry.lookedAt = now;
      void this.lookAgain(path, entry);
    }
    return entry.track;
  }

  /** Rejects with an `Error` that says what is wrong with the file. */
  load(path: string): Promise<Track> {
    const known = this.get(path);
    if (known !== undefined) return Promise.resolve(known);
    let load = this.loading.get(path);
    if (load === undefined) {
      load = this.read(path).finally(() => this.loading.delete(path));
      this.loading.set(path, load);
    }
    return load;
  }

  private async read(path: string): Promise<Track> {
    const { version, size } = await describe(path);
    if (size > largestFile) throw new Error(`${path} is larger than ${largestFile} bytes`);
    const wav = parseWav(await readFile(path));
    if (!wav.ok) throw new Error(`${path} ${wav.error}`);
    const { sampleRate: rate, channels, samples } = wav.value;
    if (rate !== sampleRate || channels !== 1) {
      throw new Error(`${path} has ${channels} channels at ${rate} Hz, not one at ${sampleRate} Hz`);
    }
    const track = await encodeLongTrack(samples);
    this.keep(path, { track, version, lookedAt: this.clock.now() });
    return track;
  }

  private keep(path: string, entry: Entry): void {
    this.drop(path);
    this.entries.set(path, entry);
    this.held += weight(entry);
    for (const oldest of this.entries.keys()) {
      if (this.held <= this.limit) break;
      this.drop(oldest);
    }
  }

  private drop(path: string): void {
    const entry = this.entries.get(path);
    if (entry === undefined) return;
    this.entries.delete(path);
    this.held -= weight(entry);
  }

  /** A file that cannot be read any more stays what it was. */
  private async lookAgain(path: string, entry: Entry): Promise<void> {
    try {
      if ((await describe(path)).version === entry.version || this.loading.has(path)) return;
      const load = this.read(path).finally(() => this.loading.delete(path));
      this.loading.set(path, load);
      await load;
    } catch (error) {
      this.log.warn({ path, error: messageOf(error) }, 'a sound that was played before cannot be read any more');
    }
  }
}

const weight = (entry: Entry): number => 2 * entry.track.samples;

async function describe(path: string): Promise<{ version: string; size: number }> {
  const file = await stat(path);
  if (!file.isFile()) throw new Error(`${path} is not a file`);
  return { version: `${file.mtimeMs} ${file.size}`, size: file.size };
}
