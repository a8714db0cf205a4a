/** A place in a text file; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly col: number;
}

/** `file:line:col`, as editors and compilers write it. */
export const showPosition = (at: Position): string => `${at.file}:${at.line}:${at.col}`;
