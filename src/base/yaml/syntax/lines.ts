/** Lines that begin in the wrong column, or are no `key: value`. */
import type { Diagnostic } from '../diagnostic.ts';

export function tabs(first: Diagnostic, lines: readonly string[]): Diagnostic | undefined {
  const indented = lines.flatMap((line, index) => (/^ *\t[ \t]*[^ \t#\r]/.test(line) ? [index + 1] : []));
  const [line] = indented;
  if (line === undefined) return undefined;
  const others = indented.length - 1;
  return {
    ...first,
    message:
      others === 0
        ? 'this line is indented with a tab'
        : `this line and ${others === 1 ? 'one other' : `${others} others`} are indented with tabs`,
    remedy: 'indent with spaces: YAML allows no tabs there',
    at: { ...first.at, line, col: (lines[line - 1] ?? '').indexOf('\t') + 1 },
  };
}

/** A line that begins in another column than its neighbours: both are named, as either may be the wrong one. */
export function indentation(
  diagnostic: Diagnostic,
  all: readonly Diagnostic[],
  lines: readonly string[],
): Diagnostic | undefined {
  const line = lineBlamed(diagnostic, all, lines);
  const before = line === undefined ? undefined : nextLine(lines, line, -1);
  if (line === undefined || before === undefined) return undefined;
  const [mine, theirs] = [blanksOf(lines[line - 1]), blanksOf(lines[before - 1])];
  if (mine === theirs) return undefined;
  return {
    ...diagnostic,
    message: `this line is indented by ${spaces(mine)}, line ${before} before it by ${spaces(theirs)}, and that fits no level`,
    remedy: columnRemedy(lines[line - 1], lines[before - 1]),
    at: { ...diagnostic.at, line, col: mine + 1 },
  };
}

function columnRemedy(line = '', before = ''): string {
  if (line.trim().startsWith('- ')) return 'begin the dashes of one list in the same column';
  if (hasColon(line)) return 'begin the keys of one mapping in the same column';
  return isPartOfText(before) ? ofText : 'indent a value further than its key';
}

const ofText = 'begin the lines of one text in the same column, further in than its key';

/** The line whose column does not fit, where that is what the parser complains of. */
function lineBlamed({ message, at }: Diagnostic, all: readonly Diagnostic[], lines: readonly string[]) {
  if (message.includes('same column')) return says(lines[at.line - 1]) ? at.line : nextLine(lines, at.line, 1);
  // The whole document has ended, as its first line is indented further than this one.
  if (message.startsWith('Unexpected scalar at node end') && at.col === 1) return at.line;
  const onLine = all.find(other => other.message.startsWith('Implicit keys') && other.at.line === at.line);
  if (onLine === undefined) return undefined;
  const before = nextLine(lines, at.line, -1);
  // A text whose line is too far out was taken for a key.
  const text = !hasColon(lines[at.line - 1]) && before !== undefined && isPartOfText(lines[before - 1]);
  return text ? at.line : nextLine(lines, at.line, 1);
}

/** A line that should be `key: value` or `key:`, and has no colon with a space behind it. */
export function noColon(diagnostic: Diagnostic, lines: readonly string[]): Diagnostic | undefined {
  const { message, at } = diagnostic;
  const line = lines[at.line - 1] ?? '';
  if (!message.startsWith('Implicit ') || hasColon(line) || at.col !== blanksOf(line) + 1) return undefined;
  const before = nextLine(lines, at.line, -1);
  if (before !== undefined && isPartOfText(lines[before - 1]) && blanksOf(lines[before - 1]) !== blanksOf(line)) {
    return undefined;
  }
  if (opensText(lines[(before ?? 0) - 1])) {
    return { ...diagnostic, message: 'this line of a text is not indented further than its key', remedy: ofText };
  }
  const content = line.trim();
  const [key, value] = content.split(/[:=]/, 2).map(part => part.trim());
  const saying = (said: string, remedy: string): Diagnostic => ({ ...diagnostic, message: said, remedy });
  if (/^(<{7}|={7}|>{7})/.test(content)) {
    return saying('this line is left from a merge with conflicts', 'decide which of the two parts stays');
  }
  if (/^-[^ -]/.test(content)) return saying('there is no space after the dash', `write - ${content.slice(1)}`);
  if (/[:=]/.test(content) && key !== undefined && value) {
    const missing = content.includes(':') ? 'there is no space after the colon' : 'there is no colon in this line';
    return saying(missing, `write ${key}: ${value}`);
  }
  return saying('there is no colon in this line', 'a key ends with a colon, and its value follows it after a space');
}

/** The nearest line from here that says something, in steps of `step`; counted from 1. */
function nextLine(lines: readonly string[], from: number, step: 1 | -1): number | undefined {
  for (let line = from + step; line >= 1 && line <= lines.length; line += step) if (says(lines[line - 1])) return line;
  return undefined;
}

const says = (line = ''): boolean => /^ *[^ #\r]/.test(line);
const hasColon = (line = ''): boolean => /:(?:[ \t\r]|$)/.test(line);
/** A line of a text over several lines, or the key with which one begins. */
const isPartOfText = (line = ''): boolean => opensText(line) || !hasColon(line);
const opensText = (line = ''): boolean => /:[ \t]+[|>][-+]?[ \t\r]*$/.test(line);
const blanksOf = (line = ''): number => line.length - line.trimStart().length;
const spaces = (count: number): string => (count === 1 ? '1 space' : `${count} spaces`);
