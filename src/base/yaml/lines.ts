import type { Position } from '../position.ts';

/** Tells the place of an offset in a text; lines end with a line feed. */
export function linesOf(file: string, text: string): (offset: number) => Position {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return offset => {
    const within = Math.max(0, Math.min(offset, text.length));
    let [line, after] = [0, starts.length];
    while (after - line > 1) {
      const middle = (line + after) >> 1;
      if ((starts[middle] ?? 0) <= within) line = middle;
      else after = middle;
    }
    return { file, line: line + 1, col: within - (starts[line] ?? 0) + 1 };
  };
}
