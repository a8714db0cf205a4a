/** Rows as lines, each column as wide as its widest cell; the last one is left ragged. */
export function columns(rows: readonly (readonly string[])[], gap = 3): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, width(cell));
  }
  return rows
    .map(row =>
      row
        .map((cell, index) =>
          index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - width(cell) + gap),
        )
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

/** In characters as people count them: `é` may be two code points, and a surrogate pair is one character. */
const width = (text: string): number => [...text.normalize('NFC')].length;
