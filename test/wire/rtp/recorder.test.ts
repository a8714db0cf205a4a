import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { isKozpontError, type KozpontError } from '../../../src/base/errors.ts';
import { parseWav } from '../../../src/base/wav.ts';
import { encodeTrack } from '../../../src/embedded/rtp/audio/track.ts';
import { Recorder } from '../../../src/embedded/rtp/recorder.ts';

let clock: VirtualClock;
let folder: string;
let ended: (KozpontError | undefined)[];

const isFailure = (error: unknown): boolean => isKozpontError(error, 'RECORDING_FAILED');
const loud = encodeTrack(new Int16Array(160).fill(1000)).encoded.PCMA;

/** Both sides speak for a while. */
function speak(recorder: Recorder, seconds: number): void {
  for (let n = 0; n < seconds * 50; n++) {
    recorder.heard('PCMA', loud, 0, 160, clock.now());
    recorder.spoken('PCMA', loud, 0, 160, clock.now());
    clock.advance(20);
  }
}

const start = (path: string): Promise<Recorder> => Recorder.start(clock, path, error => ended.push(error));

beforeEach(async () => {
  clock = new VirtualClock();
  folder = await mkdtemp(join(tmpdir(), 'kozpont-recorder-'));
  ended = [];
});
afterEach(async () => {
  expect(clock.armed).toBe(0);
  await rm(folder, { recursive: true });
});

describe('a recording', () => {
  it('is a WAV file as long as the call, for nobody else to read', async () => {
    const path = join(folder, 'a.wav');
    const recorder = await start(path);
    speak(recorder, 12);
    expect(ended).toEqual([]);
    await recorder.stop();
    await recorder.stop();
    expect(ended).toEqual([undefined]);
    const wav = parseWav(await readFile(path));
    if (!wav.ok) throw new Error(wav.error);
    expect(wav.value.samples).toHaveLength(12 * 8000);
    expect(wav.value.samples.every(sample => Math.abs(sample - 2016) < 100)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is written while the call lasts', async () => {
    const path = join(folder, 'a.wav');
    const recorder = await start(path);
    speak(recorder, 5);
    await expect.poll(async () => (await stat(path)).size).toBe(44 + 4 * 16_000);
    await recorder.stop();
  });

  it('of a call in which nobody speaks is silence', async () => {
    const path = join(folder, 'a.wav');
    const recorder = await start(path);
    clock.advance(10_000);
    await recorder.stop();
    const wav = parseWav(await readFile(path));
    expect(wav.ok && wav.value.samples.length).toBe(80_000);
    expect(wav.ok && wav.value.samples.some(sample => sample !== 0)).toBe(false);
  });

  it('that cannot be begun says so', async () => {
    await expect(start(join(folder, 'none', 'a.wav'))).rejects.toSatisfy(isFailure);
    await expect(start(folder)).rejects.toSatisfy(isFailure);
  });

  it.skipIf(!existsSync('/dev/full'))('on a full disk ends by itself, and says so when it is stopped', async () => {
    const recorder = await start('/dev/full');
    speak(recorder, 3);
    await expect
      .poll(() => {
        speak(recorder, 1);
        return ended.map(error => error?.code);
      })
      .toEqual(['RECORDING_FAILED']);
    speak(recorder, 3);
    await expect(recorder.stop()).rejects.toSatisfy(isFailure);
    expect(ended).toHaveLength(1);
  });

  it('keeps a bounded amount of sound for a disk that does not take it', async () => {
    const recorder = await start(join(folder, 'a.wav'));
    // No turn of the event loop comes in between, so nothing is written: the waiting sound is given up after a minute.
    speak(recorder, 90);
    await expect(recorder.stop()).rejects.toSatisfy(isFailure);
    expect(ended.map(error => error?.code)).toEqual(['RECORDING_FAILED']);
    // What was taken before that is a whole file all the same.
    const wav = parseWav(await readFile(join(folder, 'a.wav')));
    expect(wav.ok).toBe(true);
  });
});
