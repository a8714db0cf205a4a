import { mkdir, mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { encodeWav } from '../../../../src/base/wav.ts';
import { SoundLibrary } from '../../../../src/embedded/rtp/audio/soundLibrary.ts';

let folder: string;
let clock: VirtualClock;
let library: SoundLibrary;

async function write(
  name: string,
  samples: number,
  format: { sampleRate?: number; channels?: number } = {},
): Promise<string> {
  const path = join(folder, name);
  await writeFile(
    path,
    encodeWav({ sampleRate: 8000, channels: 1, ...format, samples: new Int16Array(samples).fill(500) }),
  );
  return path;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-sounds-'));
  clock = new VirtualClock();
  library = new SoundLibrary(clock, silentLog, 10_000);
});
afterEach(() => rm(folder, { recursive: true }));

describe('the sound library', () => {
  it('reads a file once, also for those who ask at the same time', async () => {
    const path = await write('a.wav', 1000);
    expect(library.get(path)).toBeUndefined();
    const [one, other] = await Promise.all([library.load(path), library.load(path)]);
    expect(one.samples).toBe(1000);
    expect(other).toBe(one);
    expect(library.get(path)).toBe(one);
    expect(await library.load(path)).toBe(one);
    expect(library.bytes).toBe(2000);
  });

  it('refuses a file that would fill the memory, before it is read', async () => {
    const path = join(folder, 'huge.wav');
    await writeFile(path, '');
    await truncate(path, 64 * 2 ** 20 + 1);
    await expect(library.load(path)).rejects.toThrow('is larger than');
    await truncate(path, 64 * 2 ** 20);
    await expect(library.load(path)).rejects.not.toThrow('is larger than');
  });

  it('reads a long one in pieces, and the whole of it', async () => {
    const path = await write('long.wav', 200_001);
    const track = await library.load(path);
    expect(track.samples).toBe(200_001);
    expect(new Set(track.encoded.PCMU).size).toBe(1);
    expect(new Set(track.encoded.PCMA).size).toBe(1);
  });

  it('lets go of what was not played for the longest time', async () => {
    const [a, b, c] = [await write('a.wav', 2000), await write('b.wav', 2000), await write('c.wav', 2000)];
    await library.load(a);
    await library.load(b);
    library.get(a);
    await library.load(c);
    expect([a, b, c].map(path => library.get(path) !== undefined)).toEqual([true, false, true]);
    expect(library.bytes).toBe(8000);
  });

  it('plays what is too large to keep', async () => {
    const path = await write('large.wav', 6000);
    expect((await library.load(path)).samples).toBe(6000);
    expect([library.get(path), library.bytes]).toEqual([undefined, 0]);
  });

  it('hears of a file that was replaced', async () => {
    const path = await write('a.wav', 1000);
    await library.load(path);
    await write('a.wav', 1500);
    expect(library.get(path)?.samples).toBe(1000);
    clock.advance(1001);
    expect(library.get(path)?.samples).toBe(1000);
    await expect.poll(() => library.get(path)?.samples).toBe(1500);
    expect(library.bytes).toBe(3000);
  });

  it('hears of a file that was replaced by one of the same size', async () => {
    const path = await write('a.wav', 1000);
    const before = await library.load(path);
    await utimes(path, 1, 1);
    clock.advance(1001);
    library.get(path);
    await expect.poll(() => library.get(path) !== before).toBe(true);
  });

  it('keeps what it has when the file has gone', async () => {
    const path = await write('a.wav', 1000);
    const track = await library.load(path);
    await rm(path);
    clock.advance(1001);
    expect(library.get(path)).toBe(track);
    clock.advance(1001);
    expect(await library.load(path)).toBe(track);
  });

  it.each([
    ['is not there', async (): Promise<string> => join(folder, 'none.wav'), 'ENOENT'],
    [
      'is a folder',
      async (): Promise<string> => mkdir(join(folder, 'sub')).then(() => join(folder, 'sub')),
      'is not a file',
    ],
    [
      'is no WAV file',
      async (): Promise<string> => writeFile(join(folder, 'x'), 'hello').then(() => join(folder, 'x')),
      'is not a WAV file',
    ],
    ['has another rate', (): Promise<string> => write('a.wav', 100, { sampleRate: 16_000 }), '16000 Hz'],
    ['has two channels', (): Promise<string> => write('a.wav', 100, { channels: 2 }), '2 channels'],
  ])('says so when a file %s', async (_, make, why) => {
    const path = await make();
    await expect(library.load(path)).rejects.toThrow(why);
    await expect(library.load(path)).rejects.toThrow(why);
    expect(library.bytes).toBe(0);
  });
});
