import { closest } from '../../base/yaml/closest.ts';
import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import { catalogue, finding } from '../catalogue.ts';

/** A warning that the admin has looked at and accepts: by its code, in one line of the file (counted from 1). */
export interface Allowed {
  readonly code: string;
  readonly line: number;
  /** Where the comment says so. */
  readonly at: Diagnostic['at'];
}

const comment = /(?:^|[ \t])# *kozpont: *allow[ \t]+([A-Z_, \t]{1,200})/;

/**
 * What the comments `# kozpont: allow CODE` of a file accept: in a line of its own, for the next line that says
 * something; behind a value, for that line.
 */
export function allowedIn(file: string, text: string): readonly Allowed[] {
  if (!text.includes('kozpont:')) return [];
  const allowed: Allowed[] = [];
  let waiting: Allowed[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    const match = content.length > 2_000 ? null : comment.exec(content);
    const here = (match?.[1] ?? '')
      .split(/[, \t]+/)
      .flatMap((code): Allowed[] =>
        code === '' ? [] : [{ code, line, at: { file, line, col: content.indexOf('#', match?.index) + 1 } }],
      );
    const says = /^[ \t]*[^ \t#\r]/.test(content);
    if (says) {
      allowed.push(...waiting.map(each => ({ ...each, line })), ...here);
      waiting = [];
    } else waiting.push(...here);
  }
  return [...allowed, ...waiting];
}

/** Without the warnings that are accepted. An error stays. */
export const withoutAllowed = (
  diagnostics: readonly Diagnostic[],
  allowed: readonly Allowed[],
): readonly Diagnostic[] =>
  diagnostics.filter(
    ({ severity, code, at }) =>
      severity === 'error' || !allowed.some(each => each.code === code && each.line === at.line),
  );

/** What the comments name that no warning is called. */
export const unknownAllowed = (allowed: readonly Allowed[]): readonly Diagnostic[] =>
  allowed.flatMap(({ code, at }) => {
    const entry = Object.hasOwn(catalogue, code) ? catalogue[code as keyof typeof catalogue] : undefined;
    if (entry?.severity === 'warning') return [];
    if (entry !== undefined) return [finding('ALLOWED_NOTHING', at, `${code} is an error, which cannot be accepted`)];
    const guess = closest(code, Object.keys(catalogue));
    const remedy = guess === undefined ? undefined : `did you mean ${guess}?`;
    return [finding('ALLOWED_NOTHING', at, `there is no finding ${code}`, remedy)];
  });
