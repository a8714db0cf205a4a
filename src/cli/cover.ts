import { writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { showPosition } from '../base/position.ts';
import { showDiagnostic } from '../base/yaml/diagnostic.ts';
import { loadDialplan } from '../dialplan/index.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import { type Coverage, cover, coverageOf, inspectStory, loadStories, pageOf, playStory } from '../rehearsal/index.ts';
import type { Arguments, ExitStatus, Surroundings } from './command.ts';

/** `kozpont test --cover`: how much of a dialplan stories go through, and stories that go through all of it. */
export async function testCover({ text, rest }: Arguments, surroundings: Surroundings): Promise<ExitStatus> {
  if (rest.length === 0 || (text.write !== undefined && rest.length > 1)) {
    const why = rest.length === 0 ? 'test --cover needs a dialplan' : '--write takes the stories of one dialplan';
    surroundings.complain(`kozpont: ${why}\nSee kozpont help test.`);
    return 2;
  }
  let status: ExitStatus = 0;
  for (const file of rest) {
    const outcome = await coverFile(file, text.write, surroundings);
    if (outcome > status) status = outcome;
  }
  return status;
}

async function coverFile(file: string, write: string | undefined, surroundings: Surroundings): Promise<ExitStatus> {
  const path = resolve(surroundings.folder, file);
  const loaded = await loadDialplan(path, file);
  if (!loaded.ok) {
    for (const diagnostic of loaded.error) surroundings.print(showDiagnostic(diagnostic));
    return loaded.error.some(({ code }) => code === 'FILE_UNREADABLE') ? 2 : 1;
  }
  const { plan } = loaded.value;
  const beside = await storiesBeside(plan, file.replace(/\.yaml$/, '.story.yaml'), surroundings.folder);
  surroundings.print(`${file}\n  the stories beside it: ${counts(beside)}`);

  const target = write === undefined ? undefined : resolve(surroundings.folder, write);
  const named = relative(dirname(target ?? path), path);
  const derived = cover(plan, named, systemClock.now());
  surroundings.print(`  ${derived.stories.length} derived: ${counts(derived)}`);
  if (!derived.complete) {
    surroundings.print('  the dialplan is too large to be gone through: calls may come to more than what was found');
  }
  const [comes, goes] = derived.complete
    ? ['no call comes to', 'no call without a transfer goes this way, to']
    : ['no call was found that comes to', 'no call was found that goes this way, to'];
  for (const node of derived.nodes.left) surroundings.print(`  ${comes} ${node}`);
  for (const { place, to } of derived.edges.left) surroundings.print(`  ${showPosition(place)} ${goes} ${to}`);
  for (const outcome of derived.wrong) surroundings.print(`\n✗ ${outcome.story.name}\n${pageOf(outcome).join('\n')}`);
  if (target !== undefined) {
    try {
      await writeFile(target, derived.text);
    } catch (error) {
      surroundings.complain(`kozpont: ${write} cannot be written: ${messageOf(error)}`);
      return 2;
    }
  }
  return derived.wrong.length > 0 ? 1 : 0;
}

async function storiesBeside(plan: Dialplan, file: string, folder: string): Promise<Coverage> {
  const loaded = await loadStories(resolve(folder, file), file);
  const stories = loaded.ok ? loaded.value.stories.filter(story => inspectStory(plan, story).length === 0) : [];
  return coverageOf(
    plan,
    stories.map(story => playStory(plan, story)),
  );
}

const counts = ({ nodes, edges }: Coverage): string =>
  `${nodes.walked} of ${nodes.all} places, ${edges.walked} of ${edges.all} ways`;
