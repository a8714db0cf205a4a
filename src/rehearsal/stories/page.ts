import { showPosition } from '../../base/position.ts';
import type { Moment } from '../timeline/moment.ts';
import { wrap } from '../timeline/page.ts';
import { inWords, worthTelling } from '../timeline/show.ts';
import { showDay } from '../timeline/wallClock.ts';
import type { StoryOutcome } from './play.ts';
import { showStep } from './showStep.ts';

const leftWidth = 52;
const rightWidth = 74;

/** A story that did not come as it says: what was expected beside what happened, with the places of both. */
export function pageOf({ story, timeline, steps, failures }: StoryOutcome): readonly string[] {
  const lines = [
    ...failures.map(({ message, place }) => `${showPosition(place)} ${message}`),
    '',
    row('EXPECTED', `WHAT HAPPENED   ${showDay(timeline.startedAt, timeline.timezone)}, ${timeline.timezone}`),
  ];
  let told = 0;
  for (const step of steps) {
    const left = wrap(`${step.failure === undefined ? '✓' : '✗'} ${showStep(step.step)}`, leftWidth - 8);
    const expected = left.map((line, index) =>
      index === 0 ? `${String(step.place.line).padStart(5)}  ${line}` : `         ${line}`,
    );
    // What came before a step that failed is what it met instead.
    const until = step.failure === undefined ? step.told : timeline.moments.length;
    lines.push(...beside(expected, tell(timeline.moments.slice(told, until))));
    told = until;
  }
  const rest = tell(timeline.moments.slice(told));
  const ending = failures.length > 0 && steps.every(step => step.failure === undefined);
  const expected = ending
    ? failures.flatMap(({ message }) => wrap(`✗ ends: ${message}`, leftWidth - 8).map(line => `       ${line}`))
    : story.ends === undefined
      ? []
      : [`${String(story.ends.place.line).padStart(5)}    ends: ${story.ends.result}`];
  lines.push(...beside(expected, rest));
  return lines;
}

function beside(left: readonly string[], right: readonly string[]): readonly string[] {
  // The step is what its last moments answer to.
  const rows = Math.max(left.length, right.length);
  return Array.from({ length: rows }, (_, index) => row(left[index] ?? '', right[index] ?? ''));
}

const row = (left: string, right: string): string => `${left.padEnd(leftWidth)}│ ${right}`.trimEnd();

function tell(moments: readonly Moment[]): readonly string[] {
  return moments.filter(worthTelling).flatMap(moment => {
    const seconds = `+${(moment.at / 1000).toFixed(3)}`.padStart(9);
    const { place } = moment;
    const words = `${inWords(moment)}${place === undefined ? '' : ` [${place.line}:${place.col}]`}`;
    return wrap(words, rightWidth - 12).map((line, index) =>
      index === 0 ? `${seconds}  ${line}` : `${' '.repeat(13)}${line}`,
    );
  });
}
