import type { Moment, Timeline } from './moment.ts';
import { inWords, lineOf, worthTelling } from './show.ts';
import { showDay } from './wallClock.ts';

/** Where a line of text is broken. */
const lineWidth = 118;

/** The moments as aligned lines: time on the wall, seconds since the start, place in the dialplan, what happened. */
export function linesOf(timeline: Timeline, moments: readonly Moment[] = timeline.moments): readonly string[] {
  const rows = moments.filter(worthTelling).map(moment => {
    const [time = '', offset = '', , place = ''] = lineOf(moment, timeline);
    return { time, offset, place, words: inWords(moment) };
  });
  const offsetWidth = Math.max(10, ...rows.map(({ offset }) => offset.length));
  const placeWidth = Math.max(0, ...rows.map(({ place }) => place.length));
  return rows.flatMap(({ time, offset, place, words }) => {
    const before = `${time}  ${offset.padStart(offsetWidth)}  ${place.padEnd(placeWidth)}  `;
    return wrap(words, Math.max(40, lineWidth - before.length)).map((line, index) =>
      index === 0 ? before + line : `${' '.repeat(before.length + 2)}${line}`,
    );
  });
}

/** The head of a page: which day it is, and in which zone. */
export const headOf = ({ startedAt, timezone }: Timeline): string => `${showDay(startedAt, timezone)} ${timezone}`;

/** Breaks a text at its spaces. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
