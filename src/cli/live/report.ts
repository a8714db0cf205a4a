import { showPosition } from '../../base/position.ts';
import { type Diagnostic, showDiagnostic } from '../../base/yaml/diagnostic.ts';
import { formats as reports } from '../../dialplan/index.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { type LiveOutcome, livePageOf } from '../../live/index.ts';
import type { Story } from '../../rehearsal/index.ts';
import type { Surroundings } from '../command.ts';

export const formats = ['text', 'json', 'github'] as const;
export type LiveFormat = (typeof formats)[number];

export interface PlayedStory {
  readonly story: Story;
  readonly plan: Dialplan;
  /** Why it was not played. */
  readonly skipped?: string;
  readonly outcome?: LiveOutcome;
}

export interface LiveFile {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly stories: readonly PlayedStory[];
}

/** Tells of stories: as text each as soon as it is over, for programs all of them at the end. */
export class Reporter {
  constructor(
    private readonly format: LiveFormat,
    private readonly surroundings: Surroundings,
  ) {}

  diagnostics(diagnostics: readonly Diagnostic[]): void {
    if (this.format !== 'text') return;
    for (const diagnostic of diagnostics) this.surroundings.print(showDiagnostic(diagnostic));
  }

  begin(file: string, at: string, extensions: readonly string[]): void {
    if (this.format !== 'text') return;
    const who = extensions.length === 0 ? 'nobody' : extensions.join(', ');
    this.surroundings.print(`${file}, at ${at}; telephones register as ${who}`);
  }

  story({ story, plan, skipped, outcome }: PlayedStory): void {
    if (this.format !== 'text') return;
    const { print } = this.surroundings;
    if (outcome === undefined) return print(`– ${story.name}\n    not played: ${skipped}`);
    const seconds = Math.round((outcome.moments.at(-1)?.at ?? 0) / 1000);
    print(`${outcome.failures.length === 0 ? '✓' : '✗'} ${story.name} (${seconds} s)`);
    for (const { message, place } of outcome.unverified)
      print(`    ${place.line}:${place.col} not verified: ${message}`);
    if (outcome.failures.length > 0) print(`${livePageOf(story, plan, outcome).join('\n')}\n`);
  }

  finish(files: readonly LiveFile[]): void {
    this.surroundings.progress('');
    switch (this.format) {
      case 'text':
        return this.surroundings.print(summary(files.flatMap(({ stories }) => stories)));
      case 'json':
        return this.surroundings.print(JSON.stringify(files.map(asJson), undefined, 2));
      case 'github': {
        const findings = files.flatMap(findingsOf);
        const report = reports.github({ files: files.map(({ file }) => file), findings, version: '' });
        if (report !== '') this.surroundings.print(report);
      }
    }
  }
}

function summary(stories: readonly PlayedStory[]): string {
  const outcomes = stories.flatMap(({ outcome }) => outcome ?? []);
  const failed = outcomes.filter(({ failures }) => failures.length > 0).length;
  const unverified = outcomes.reduce((sum, one) => sum + one.unverified.length, 0);
  const parts = [
    `${outcomes.length} ${outcomes.length === 1 ? 'story' : 'stories'} played live: ${outcomes.length - failed} passed, ${failed} failed`,
    `${stories.length - outcomes.length} not played`,
    ...(unverified === 0 ? [] : [`${unverified} ${unverified === 1 ? 'thing' : 'things'} not verified`]),
  ];
  return parts.join('; ');
}

const findingsOf = ({ diagnostics, stories }: LiveFile): readonly Diagnostic[] => [
  ...diagnostics,
  ...stories.flatMap(({ story, skipped, outcome }): readonly Diagnostic[] => {
    const finding = (severity: Diagnostic['severity'], code: string, message: string, at = story.place) => {
      return { severity, code, message: `${story.name}: ${message}`, at };
    };
    if (outcome === undefined) return [finding('warning', 'STORY_NOT_PLAYED', skipped ?? '')];
    return [
      ...outcome.failures.map(({ message, place }) => finding('error', 'STORY_DIFFERS', message, place)),
      ...outcome.unverified.map(({ message, place }) => finding('warning', 'NOT_VERIFIED', message, place)),
    ];
  }),
];

const asJson = ({ file, diagnostics, stories }: LiveFile): unknown => ({
  file,
  diagnostics,
  stories: stories.map(({ story, skipped, outcome }) => ({
    name: story.name,
    at: showPosition(story.place),
    ...(outcome === undefined
      ? { passed: null, skipped }
      : {
          passed: outcome.failures.length === 0,
          failures: outcome.failures.map(placed),
          unverified: outcome.unverified.map(placed),
          steps: outcome.steps.map(({ words, place, at, failure }) => ({
            words,
            at: showPosition(place),
            done: at,
            failure: failure ?? null,
          })),
          startedAt: new Date(outcome.startedAt).toISOString(),
          moments: outcome.moments,
        }),
  })),
});

const placed = ({ message, place }: LiveOutcome['failures'][number]): unknown => ({ message, at: showPosition(place) });
