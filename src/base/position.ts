/** A place in a text file; line and column count from 1. The file `$NAME` is a variable of the environment. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly col: number;
}

/** `file:line:col`, as editors and compilers write it; a variable of the environment has no lines. */
export const showPosition = ({ file, line, col }: Position): string =>
  file.startsWith('$') ? file : `${file}:${line}:${col}`;
