import type { Position } from '../../base/position.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type Diagnostic, hasErrors } from '../../base/yaml/diagnostic.ts';
import { readYaml } from '../../base/yaml/document.ts';
import { checkShape } from '../../base/yaml/schema.ts';
import { readBounded } from '../../dialplan/load.ts';
import { decode } from '../../dialplan/source/decode.ts';
import { type Ends, type StorySource, type StoryStep, storiesGrammar } from './grammar.ts';

/** A story as it is written, with the places at which its parts stand. */
export interface Story extends Omit<StorySource, 'steps' | 'ends'> {
  readonly place: Position;
  readonly timePlace: Position;
  readonly steps: readonly PlacedStep[];
  readonly ends: (Ends & { readonly place: Position }) | undefined;
}

export interface PlacedStep {
  readonly step: StoryStep;
  readonly place: Position;
}

export interface StoryFile {
  /** The dialplan, relative to the file of the stories; undefined: the one beside it that has its name. */
  readonly dialplan: string | undefined;
  readonly stories: readonly Story[];
}

/** From the text of a file to its stories, or to everything that is wrong with it. Never throws on account of it. */
export function parseStories(text: string, file: string): Result<StoryFile, readonly Diagnostic[]> {
  const { document, diagnostics } = readYaml(file, text);
  if (document === undefined) return fail(diagnostics);
  const { value, diagnostics: found } = checkShape(document, storiesGrammar);
  if (value === undefined || hasErrors(found)) return fail(found);
  return ok({
    dialplan: value.dialplan,
    stories: value.stories.map(({ steps, ends, ...story }, index) => ({
      ...story,
      place: document.at(['stories', index]),
      timePlace: document.at(['stories', index, 'at']),
      steps: steps.map((step, nth) => ({ step, place: document.at(['stories', index, 'steps', nth]) })),
      ends: ends === undefined ? undefined : { ...ends, place: document.atKey(['stories', index, 'ends']) },
    })),
  });
}

/** Reads a file of stories; `shownAs` is its name in positions. */
export async function loadStories(path: string, shownAs = path): Promise<Result<StoryFile, readonly Diagnostic[]>> {
  const bytes = await readBounded(path, shownAs);
  if (!bytes.ok) return fail([bytes.error]);
  const text = decode(shownAs, bytes.value);
  return text.ok ? parseStories(text.value, shownAs) : fail([text.error]);
}
