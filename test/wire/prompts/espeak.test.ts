import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Text2wav from 'text2wav';
import { expect, it } from 'vitest';
import { parseWav } from '../../../src/base/wav.ts';
import { espeak } from '../../../src/prompts/speech/espeak.ts';
import { voiceFile, voiceFiles } from '../../../src/prompts/speech/voiceFiles.ts';

const load = createRequire(import.meta.url);
const library = load.resolve('text2wav/lib/espeak-ng.wasm');
const folder = join(dirname(library), '..', 'espeak-ng-data', 'lang');
const speak = espeak();

const samples = async (voice: string, speed = 150, text = '101 test'): Promise<Int16Array> =>
  samplesOf(await speak(text, voice, speed));

function samplesOf(bytes: Uint8Array): Int16Array {
  const wav = parseWav(bytes);
  if (!wav.ok) throw new Error(wav.error);
  return wav.value.samples;
}

/** As the package itself has it spoken, which is told the language alone. */
async function byItsOwnDoor(voice: string): Promise<Int16Array> {
  const { fetch } = globalThis;
  Reflect.deleteProperty(globalThis, 'fetch');
  try {
    const text2wav: typeof Text2wav = load('text2wav');
    return samplesOf(await text2wav(' 101 test', { voice, speed: '150' as never }));
  } finally {
    globalThis.fetch = fetch;
  }
}

it('finds the voice of a language as eSpeak itself does', async () => {
  const files = voiceFiles(folder);
  expect(files.size).toBeGreaterThan(100);
  for (const language of ['en', 'en-us', 'hu', 'ru', 'de', 'pt', 'fr-be', 'zh']) {
    const file = voiceFile(files, language);
    expect(file).toContain('/');
    expect(await samples(language), language).toEqual(await byItsOwnDoor(language));
  }
  expect(voiceFile(files, 'en+f3')).toBe('gmw/en+f3');
  expect(voiceFile(files, 'mb/mb-hu1')).toBe('mb/mb-hu1');
});

it('speaks at the speed that it is told', async () => {
  const [slow, fast] = [await samples('en', 100), await samples('en', 200)];
  expect(slow.length / fast.length).toBeGreaterThan(1.5);
});

it('says what it complained of, again and again, and speaks on', async () => {
  const before = process.listenerCount('uncaughtException');
  for (let round = 0; round < 3; round++) {
    await expect(speak('x', 'zzqq', 150)).rejects.toThrow('voice does not exist');
  }
  expect((await samples('en')).length).toBeGreaterThan(1_000);
  expect(process.listenerCount('uncaughtException')).toBe(before);
});

it('takes a text for a text, whatever it begins with', async () => {
  const spoken = await samples('en', 150, '-v hu --version');
  expect(spoken.length).toBeGreaterThan(10_000);
});
