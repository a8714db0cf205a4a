import { type Position, showPosition } from '../position.ts';

export type Severity = 'error' | 'warning';

/**
 * What is wrong (or suspicious) at one place of a file that a person wrote. `message` is one sentence without its full
 * stop; `remedy` says what to do about it. A code is stable: it can be searched for and silenced by name.
 */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  /** Lines that show it: the call that goes wrong, as its caller would live it. */
  readonly details?: readonly string[];
  readonly at: Position;
}

/** `file:line:col CODE message`, a warning marked as such, then what shows it, and the remedy, indented. */
export function showDiagnostic(diagnostic: Diagnostic): string {
  const mark = diagnostic.severity === 'warning' ? 'warning: ' : '';
  const line = visible(`${showPosition(diagnostic.at)} ${diagnostic.code} ${mark}${diagnostic.message}`);
  const details = (diagnostic.details ?? []).map(detail => `\n      ${visible(detail)}`).join('');
  return line + details + (diagnostic.remedy === undefined ? '' : `\n    → ${visible(diagnostic.remedy)}`);
}

/** A key of the file may carry what moves a terminal's cursor, or turns the direction of the text. */
const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    character => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(diagnostic => diagnostic.severity === 'error');

/** By file, the errors of each before its warnings, and by line and column: as a person goes through them. */
export const inReadingOrder = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
  [...diagnostics].sort(
    (a, b) =>
      (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : 0) ||
      Number(a.severity === 'warning') - Number(b.severity === 'warning') ||
      a.at.line - b.at.line ||
      a.at.col - b.at.col,
  );
