import { systemClock } from '../../base/clock.ts';
import { showPosition } from '../../base/position.ts';
import { type Diagnostic, hasErrors, showDiagnostic } from '../../base/yaml/diagnostic.ts';
import { formats as reports } from '../../dialplan/index.ts';
import { pageOf, playStory, type StoryOutcome, showStep } from '../../rehearsal/index.ts';
import type { Arguments, Command, ExitStatus, Surroundings } from '../command.ts';
import { testCover } from '../cover.ts';
import { aboutLive, liveOptions } from '../live/options.ts';
import { testLive } from '../live/testLive.ts';
import { loadStoryFile, storiesIn } from '../storyFiles.ts';

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
    ...liveOptions,
  },
  about: `Plays each story in virtual time against its dialplan: the one that the file names, else the one beside it
(office.story.yaml tests office.yaml). Without a file: every dialplans/*.story.yaml. dialplans/STORIES.md explains
how a story is written.

A story that does not come as it says is printed with what was expected beside what happened. Exits with 0 where all
stories pass, with 1 where one fails or is written wrongly, and with 2 where a file cannot be read.

With --cover, the files are dialplans: it says how many of the places and ways of each the stories beside it go
through, derives a small set of stories that goes through all that needs no transfer, and plays them.

${aboutLive}`,
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
  if (args.flags.live === true) return testLive(args, surroundings, systemClock);
  const { text, flags, rest } = args;
  const needless = Object.keys(liveOptions).find(name => text[name] !== undefined || flags[name] === true);
  if (needless !== undefined) {
    surroundings.complain(`kozpont: --${needless} is for --live\nSee kozpont help test.`);
    return 2;
  }
  const format = formats.find(each => each === (text.format ?? 'text'));
  const files = rest.length > 0 ? rest : await storiesIn(surroundings.folder);
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

async function playFile(file: string, otherPlan: string | undefined, folder: string): Promise<Played> {
  const { diagnostics, loaded } = await loadStoryFile(file, otherPlan, folder);
  return { file, diagnostics, outcomes: loaded?.stories.map(story => playStory(loaded.plan, story)) ?? [] };
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
    `${outcomes.length} ${outcomes.length === 1 ? 'story' : 'stories'} played: ${outcomes.length - failed} passed, ${failed} failed`,
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
