import { readFile } from 'node:fs/promises';
import type { Duration } from '../base/clock.ts';
import { KozpontError } from '../base/errors.ts';
import { parseWav } from '../base/wav.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import { encodeLongTrack } from '../embedded/rtp/audio/track.ts';
import type { KnownSound } from '../phone/hearing/knownSounds.ts';

/** Where the sounds of a dialplan stand, as its switchboard plays them. */
export interface SoundFiles {
  prompt(name: string, language: string): string | Promise<string>;
  music(name: string): string | Promise<string>;
}

export interface SpokenPrompt {
  readonly name: string;
  readonly language: string;
}

/** What the telephones of a story recognise by its very samples. */
export interface LiveSounds {
  readonly known: readonly KnownSound[];
  /** Several prompts may be one recording: those that a language lacks. None: it is music. */
  promptsOf(sound: KnownSound): readonly SpokenPrompt[];
  lengthOf(prompt: string, language: string): Duration | undefined;
}

export const musicName = 'music';

/** Every sound of a dialplan, read once. Error: `PROMPT_UNAVAILABLE`. */
export async function readSounds(plan: Dialplan, files: SoundFiles): Promise<LiveSounds> {
  const prompts = new Map<string, SpokenPrompt[]>();
  for (const name of Object.keys(plan.prompts)) {
    for (const language of plan.company.languages) {
      const path = await files.prompt(name, language);
      prompts.set(path, [...(prompts.get(path) ?? []), { name, language }]);
    }
  }
  const names = ['default', ...Object.values(plan.queues).map(queue => queue.music)];
  const music = new Set(await Promise.all(names.map(files.music)));
  const known = new Map<KnownSound, readonly SpokenPrompt[]>();
  const lengths = new Map<string, Duration>();
  for (const [path, spoken] of prompts) {
    const track = await readTrack(path);
    known.set({ name: spoken.map(showPrompt).join(' or '), track, once: true }, spoken);
    for (const { name, language } of spoken) lengths.set(`${language} ${name}`, track.samples / 8);
  }
  for (const path of music) known.set({ name: musicName, track: await readTrack(path) }, []);
  return {
    known: [...known.keys()],
    promptsOf: sound => known.get(sound) ?? [],
    lengthOf: (prompt, language) => lengths.get(`${language} ${prompt}`),
  };
}

export const showPrompt = ({ name, language }: SpokenPrompt): string => `${name} (${language})`;

async function readTrack(path: string): Promise<KnownSound['track']> {
  const wav = parseWav(await readFile(path));
  if (!wav.ok) throw new KozpontError('PROMPT_UNAVAILABLE', `${path} ${wav.error}`);
  return encodeLongTrack(wav.value.samples);
}
