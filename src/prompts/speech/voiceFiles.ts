import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * The voice file of each language, relative to its folder (`gmw/en`). eSpeak would open all of them, some hundred and
 * thirty, for every text. Of several voices of one language the one with the lowest number is its default.
 */
export function voiceFiles(folder: string): ReadonlyMap<string, string> {
  const best = new Map<string, { readonly file: string; readonly rank: number }>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.path, entry.name);
    const file = relative(folder, path).split(sep).join('/');
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const [word, language, rank = '5'] = line.trim().split(/[ \t]+/);
      if (word !== 'language' || language === undefined) continue;
      const known = best.get(language);
      if (known === undefined || Number(rank) < known.rank) best.set(language, { file, rank: Number(rank) });
    }
  }
  return new Map([...best].map(([language, { file }]) => [language, file]));
}

/** `en+f3` as `gmw/en+f3`; a name that is no language stays what it is. */
export function voiceFile(files: ReadonlyMap<string, string>, voice: string): string {
  const plus = voice.indexOf('+');
  const language = plus === -1 ? voice : voice.slice(0, plus);
  const file = files.get(language);
  return file === undefined ? voice : `${file}${voice.slice(language.length)}`;
}
