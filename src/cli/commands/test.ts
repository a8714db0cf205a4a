import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { showPosition } from '../../base/position.ts';
import { type Diagnostic, hasErrors, showDiagnostic } from '../../base/yaml/diagnostic.ts';
import { loadDialplan, formats as reports } from '../../dialplan/index.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import {
  inspectStory,
  loadStories,
  pageOf,
  playStory,
  type Story,
  type StoryOutcome,
  showStep,
} from '../../rehearsal/index.ts';
import type { Arguments, Command, ExitStatus, Surroundings } from '../command.ts';
import { testCover } from '../cover.ts';
import { nearby } from '../settings.ts';

export const command: Command = {
  rest: 'files…',
  options: {
    dialplan: {
      type: 'string',
      short: 'd',
      value: 'file',
      help: 'the dialplan to test, in place of the one that the stories name',
    },
    format: { type: 'string', value: 'text|json|github', help: 'how the outcome is printed (else text)' },
    cover: { type: 'boolean', help: 'say how much of the dialplans (given as files) stories go through' },
    write: { type: 'string', value: 'file', help: 'with --cover: where to write stories that go through everything' },
  },
  about: `Plays each story in virtual time against its dialplan: the one that the file names, else the one beside it
(office.story.yaml tests office.yaml). Without a file: every dialplans/*.story.yaml. dialplans/STORIES.md explains
how a story is written.

A story that does not come as it says is printed with what was expected beside what happened. Exits with 0 where all
stories come as they say, with 1 where one does not or is written wrongly, and with 2 where a file cannot be read.

With --cover, the files are dialplans: it says how many of the places and ways of each the stories beside it go
through, derives a small set of stories that goes through all that needs no transfer, and plays them.`,
  run: test,
};

const formats = ['text', 'json', 'github'] as const;

interface Played {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly outcomes: readonly StoryOutcome[];
}

async function test(args: Arguments, surroundings: Surroundings): Promise<ExitStatus> {
  if (args.flags.cover === true) return testCover(args, surroundings);
  const { text, rest } = args;
  const format = formats.find(each => each === (text.format ?? 'text'));
  const files = rest.length > 0 ? rest : await storiesIn(join(surroundings.folder, 'dialplans'), surroundings.folder);
  if (format === undefined || files.length === 0) {
    const why = format === undefined ? `there is no format ${text.format}` : 'there are no stories to test';
    surroundings.complain(`kozpont: ${why}\nSee kozpont help test.`);
    return 2;
  }
  const played: Played[] = [];
  for (const file of files) played.push(await playFile(file, text.dialplan, surroundings.folder));
  print(played, format, surroundings);
  const diagnostics = played.flatMap(each => each.diagnostics);
  if (diagnostics.some(({ code }) => code === 'FILE_UNREADABLE')) return 2;
  const failed = played.some(({ outcomes }) => outcomes.some(({ failures }) => failures.length > 0));
  return failed || hasErrors(diagnostics) ? 1 : 0;
}

async function storiesIn(dialplans: string, folder: string): Promise<readonly string[]> {
  const names = await readdir(dialplans).catch(() => []);
  return names
    .filter(name => name.endsWith('.story.yaml'))
    .sort()
    .map(name => nearby(join(dialplans, name), folder));
}

async function playFile(file: string, otherPlan: string | undefined, folder: string): Promise<Played> {
  const path = resolve(folder, file);
  const loaded = await loadStories(path, file);
  if (!loaded.ok) return { file, diagnostics: loaded.error, outcomes: [] };
  const beside = loaded.value.dialplan ?? basename(file).replace(/(\.story)?\.yaml$/, '.yaml');
  const planPath = otherPlan === undefined ? resolve(dirname(path), beside) : resolve(folder, otherPlan);
  const plan = await loadDialplan(planPath, nearby(planPath, folder));
  if (!plan.ok) return { file, diagnostics: plan.error, outcomes: [] };
  return { file, ...playAll(plan.value.plan, loaded.value.stories) };
}

function playAll(plan: Dialplan, stories: readonly Story[]): Omit<Played, 'file'> {
  const diagnostics = stories.flatMap(story => inspectStory(plan, story));
  return { diagnostics, outcomes: diagnostics.length > 0 ? [] : stories.map(story => playStory(plan, story)) };
}

function print(played: readonly Played[], format: (typeof formats)[number], surroundings: Surroundings): void {
  switch (format) {
    case 'text':
      return printText(played, surroundings);
    case 'json':
      return surroundings.print(JSON.stringify(played.map(asJson), undefined, 2));
    case 'github': {
      const report = reports.github({
        files: played.map(({ file }) => file),
        findings: findingsOf(played),
        version: '',
      });
      if (report !== '') surroundings.print(report);
    }
  }
}

const findingsOf = (played: readonly Played[]): readonly Diagnostic[] =>
  played.flatMap(({ diagnostics, outcomes }) => [
    ...diagnostics,
    ...outcomes.flatMap(({ story, failures }) =>
      failures.map(({ message, place }): Diagnostic => {
        return { severity: 'error', code: 'STORY_DIFFERS', message: `${story.name}: ${message}`, at: place };
      }),
    ),
  ]);

function printText(played: readonly Played[], surroundings: Surroundings): void {
  for (const { diagnostics, outcomes } of played) {
    for (const diagnostic of diagnostics) surroundings.print(showDiagnostic(diagnostic));
    for (const outcome of outcomes) {
      if (outcome.failures.length === 0) continue;
      surroundings.print(`✗ ${outcome.story.name}`);
      surroundings.print(`${pageOf(outcome).join('\n')}\n`);
    }
  }
  const outcomes = played.flatMap(each => each.outcomes);
  const failed = outcomes.filter(({ failures }) => failures.length > 0).length;
  surroundings.print(
    `${outcomes.length} ${outcomes.length === 1 ? 'story' : 'stories'} played: ${outcomes.length - failed} as they say, ${failed} not`,
  );
}

const asJson = ({ file, diagnostics, outcomes }: Played): unknown => ({
  file,
  diagnostics,
  stories: outcomes.map(({ story, timeline, steps, failures }) => ({
    name: story.name,
    at: showPosition(story.place),
    passed: failures.length === 0,
    failures: failures.map(({ message, place }) => ({ message, at: showPosition(place) })),
    steps: steps.map(({ step, place, failure }) => ({
      words: showStep(step),
      at: showPosition(place),
      failure: failure ?? null,
    })),
    startedAt: new Date(timeline.startedAt).toISOString(),
    moments: timeline.moments,
  })),
});
