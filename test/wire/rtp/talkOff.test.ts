import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseWav } from '../../../src/base/wav.ts';
import { encode, linear } from '../../../src/embedded/rtp/audio/g711.ts';
import { KeypadTones } from '../../../src/embedded/rtp/audio/keypadTones.ts';
import { mono } from '../../../src/prompts/audio/level.ts';
import { waitingMusic } from '../../../src/prompts/audio/music.ts';
import { resample } from '../../../src/prompts/audio/resample.ts';
import { must } from '../../support/must.ts';

const run = promisify(execFile);

/** In a process of its own: the voice leaves handlers behind in the one that it speaks in. */
const program = `
  Reflect.deleteProperty(globalThis, 'fetch');
  const [, voice, pitch, text] = process.argv;
  require('text2wav')(' ' + text, { voice, pitch: Number(pitch) }).then(wav => process.stdout.write(Buffer.from(wav)));
`;

async function speech(voice: string, pitch: number, text: string): Promise<Float32Array> {
  const { stdout } = await run(process.execPath, ['-e', program, voice, String(pitch), text], {
    encoding: 'buffer',
    maxBuffer: 100_000_000,
  });
  const pcm = must(parseWav(stdout));
  return resample(mono(pcm), pcm.sampleRate, 8000);
}

function keysIn(sound: Float32Array): string {
  const loudest = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const samples = Int16Array.from(sound, sample => Math.round((sample / loudest) * 30_000));
  const bytes = new Uint8Array(samples.length);
  encode('PCMA', samples, bytes, 0, bytes.length);
  let keys = '';
  new KeypadTones(key => {
    keys += key;
  }).hear(bytes, 0, bytes.length, linear.PCMA);
  return keys;
}

describe('no key is heard in', () => {
  const numbers = 'Zero one two three four five six seven eight nine. A man and a woman knew the whole queue. '.repeat(
    20,
  );
  const hungarian =
    'Üdvözöljük, jó napot kívánok! Egy, kettő, három, négy, öt, hat, hét. Kérem, tartsa a vonalat. '.repeat(20);

  it.each([
    ['en', 50, numbers],
    ['en+f2', 85, numbers],
    ['hu', 20, hungarian],
    ['hu+f3', 60, hungarian],
  ])('speech by the voice %s, pitch %i', async (voice, pitch, text) => {
    const spoken = await speech(voice, pitch, text);
    expect(spoken.length).toBeGreaterThan(60 * 8000);
    expect(keysIn(spoken)).toBe('');
  });

  it('the music on hold', async () => {
    expect(keysIn(await waitingMusic(8000))).toBe('');
  });
});
