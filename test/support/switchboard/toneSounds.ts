import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWav } from '../../../src/base/wav.ts';
import type { Sounds } from '../../../src/exchange/ports.ts';
import type { Frequencies } from './frequencies.ts';

export interface ToneSounds extends Sounds {
  /** Removed by `close`. */
  readonly folder: string;
  close(): Promise<void>;
}

/**
 * Prompts and music that can be told apart for certain: each is one tone. `prompts` gives the length of each in
 * milliseconds; `languages` are all that may be asked for.
 */
export async function toneSounds(
  frequencies: Frequencies,
  prompts: Readonly<Record<string, number>>,
  languages: readonly string[],
): Promise<ToneSounds> {
  const folder = await mkdtemp(join(tmpdir(), 'kozpont-tones-'));
  const fileOf = (name: string): string => join(folder, `${name}.wav`);
  const write = (name: string, milliseconds: number): Promise<void> => {
    const samples = Int16Array.from({ length: milliseconds * 8 }, (_, at) =>
      Math.round(8000 * Math.sin((2 * Math.PI * frequencies.of(name) * at) / 8000)),
    );
    return writeFile(fileOf(name), encodeWav({ sampleRate: 8000, channels: 1, samples }));
  };
  await write('music', 1000);
  for (const [name, milliseconds] of Object.entries(prompts)) {
    for (const language of languages) await write(promptTone(name, language), milliseconds);
  }
  return {
    folder,
    prompt: (name, language) => fileOf(promptTone(name, language)),
    music: () => fileOf('music'),
    close: () => rm(folder, { recursive: true }),
  };
}

/** The name of the tone that a prompt is. */
export const promptTone = (name: string, language: string): string => `${name}-${language}`;
