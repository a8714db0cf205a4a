import type { Duration } from '../../base/clock.ts';
import { type Position, showPosition } from '../../base/position.ts';
import type { Moment } from '../timeline/moment.ts';
import { wrap } from '../timeline/page.ts';
import { inWords, worthTelling } from '../timeline/show.ts';
import { showDay } from '../timeline/wallClock.ts';
import type { StoryFailure, StoryOutcome } from './play.ts';
import { showStep } from './showStep.ts';
import type { Story } from './story.ts';

const leftWidth = 52;
const rightWidth = 74;

/** Two columns of a story: what was expected, and what happened instead or meanwhile. */
export interface Page {
  readonly failures: readonly StoryFailure[];
  /** Of the right column. */
  readonly head: string;
  readonly steps: readonly PageStep[];
  readonly ends: Story['ends'];
  /** What happened after the last of the steps. */
  readonly rest: readonly Told[];
}

export interface PageStep {
  readonly words: string;
  readonly place: Position;
  readonly failure?: string;
  /** What happened until it was done. */
  readonly told: readonly Told[];
}

export interface Told {
  /** Milliseconds since the call came in. */
  readonly at: Duration;
  readonly words: string;
}

/** A story that did not come as it says: what was expected beside what happened, with the places of both. */
export function pageOf({ story, timeline, steps, failures }: StoryOutcome): readonly string[] {
  let told = 0;
  const until = (index: number): readonly Told[] => {
    const moments = timeline.moments.slice(told, index);
    told = Math.max(told, index);
    return tell(moments);
  };
  return drawPage({
    failures,
    head: `${showDay(timeline.startedAt, timeline.timezone)}, ${timeline.timezone}`,
    // What came before a step that failed is what it met instead.
    steps: steps.map(step => ({
      ...step,
      words: showStep(step.step),
      told: until(step.failure === undefined ? step.told : timeline.moments.length),
    })),
    ends: story.ends,
    rest: until(timeline.moments.length),
  });
}

export function drawPage({ failures, head, steps, ends, rest }: Page): readonly string[] {
  const lines = [
    ...failures.map(({ message, place }) => `${showPosition(place)} ${message}`),
    '',
    row('EXPECTED', `WHAT HAPPENED   ${head}`),
  ];
  for (const step of steps) {
    const left = wrap(`${step.failure === undefined ? '✓' : '✗'} ${step.words}`, leftWidth - 8);
    const expected = left.map((line, index) =>
      index === 0 ? `${String(step.place.line).padStart(5)}  ${line}` : `         ${line}`,
    );
    lines.push(...beside(expected, linesOf(step.told)));
  }
  const ending = failures.length > 0 && steps.every(step => step.failure === undefined);
  const expected = ending
    ? failures.flatMap(({ message }) => wrap(`✗ ends: ${message}`, leftWidth - 8).map(line => `       ${line}`))
    : ends === undefined
      ? []
      : [`${String(ends.place.line).padStart(5)}    ends: ${ends.result}`];
  lines.push(...beside(expected, linesOf(rest)));
  return lines;
}

function beside(left: readonly string[], right: readonly string[]): readonly string[] {
  // The step is what its last moments answer to.
  const rows = Math.max(left.length, right.length);
  return Array.from({ length: rows }, (_, index) => row(left[index] ?? '', right[index] ?? ''));
}

const row = (left: string, right: string): string => `${left.padEnd(leftWidth)}│ ${right}`.trimEnd();

const tell = (moments: readonly Moment[]): readonly Told[] =>
  moments.filter(worthTelling).map(moment => {
    const { at, place } = moment;
    return { at, words: `${inWords(moment)}${place === undefined ? '' : ` [${place.line}:${place.col}]`}` };
  });

const linesOf = (told: readonly Told[]): readonly string[] =>
  told.flatMap(({ at, words }) =>
    wrap(words, rightWidth - 12).map((line, index) =>
      index === 0 ? `${`+${(at / 1000).toFixed(3)}`.padStart(9)}  ${line}` : `${' '.repeat(13)}${line}`,
    ),
  );
