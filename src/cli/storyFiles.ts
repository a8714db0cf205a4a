import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../base/yaml/diagnostic.ts';
import { loadDialplan } from '../dialplan/index.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import { inspectStory, loadStories, type Story } from '../rehearsal/index.ts';
import { nearby } from './settings.ts';

/** Every file of stories beside the dialplans of a folder. */
export async function storiesIn(folder: string): Promise<readonly string[]> {
  const dialplans = join(folder, 'dialplans');
  const names = await readdir(dialplans).catch(() => []);
  return names
    .filter(name => name.endsWith('.story.yaml'))
    .sort()
    .map(name => nearby(join(dialplans, name), folder));
}

/** A file of stories with its dialplan; neither, where one of the two is wrong. */
export interface StoriesToPlay {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly loaded?: { readonly plan: Dialplan; readonly stories: readonly Story[] };
}

/** `otherPlan` goes before the dialplan that the file names. */
export async function loadStoryFile(
  file: string,
  otherPlan: string | undefined,
  folder: string,
): Promise<StoriesToPlay> {
  const path = resolve(folder, file);
  const loaded = await loadStories(path, file);
  if (!loaded.ok) {
    const stories = storiesOf(file);
    if (stories !== undefined && existsSync(resolve(folder, stories))) return loadStoryFile(stories, otherPlan, folder);
    return { file, diagnostics: loaded.error };
  }
  const beside = loaded.value.dialplan ?? basename(file).replace(/(\.story)?\.yaml$/, '.yaml');
  const planPath = otherPlan === undefined ? resolve(dirname(path), beside) : resolve(folder, otherPlan);
  const read = await loadDialplan(planPath, nearby(planPath, folder));
  if (!read.ok) return { file, diagnostics: read.error };
  const { plan } = read.value;
  const { stories } = loaded.value;
  const diagnostics = stories.flatMap(story => inspectStory(plan, story));
  return { file, diagnostics, ...(diagnostics.length > 0 ? {} : { loaded: { plan, stories } }) };
}

/** Who names a dialplan means the stories beside it. */
const storiesOf = (file: string): string | undefined =>
  file.endsWith('.yaml') && !file.endsWith('.story.yaml') ? file.replace(/\.yaml$/, '.story.yaml') : undefined;
