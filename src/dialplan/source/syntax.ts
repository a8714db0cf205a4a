import { type CST, Parser } from 'yaml';
import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import { linesOf } from '../../base/yaml/lines.ts';

/** After so many, the parser has lost its way, and complains about what is right. */
const mostComplaints = 20;

/**
 * What the parser of YAML complains of, with what an admin most likely did. Where one mistake explains all that follows
 * it (tabs, a bracket that is not closed), it alone is reported. `text` is the file.
 */
export function explainSyntax(diagnostics: readonly Diagnostic[], text: string): readonly Diagnostic[] {
  const [first] = diagnostics;
  if (first === undefined || first.code !== 'YAML_SYNTAX') return diagnostics;
  const lines = text.split('\n');
  const cause = tabs(first, lines) ?? openQuote(diagnostics, text) ?? openBracket(diagnostics, text);
  if (cause !== undefined) return [cause];
  const causes = diagnostics.filter(({ message }) => !message.startsWith('Implicit '));
  return (causes.length > 0 ? causes : diagnostics)
    .slice(0, mostComplaints)
    .map(diagnostic => indentation(diagnostic, diagnostics, lines) ?? explained(diagnostic));
}

const explained = (diagnostic: Diagnostic): Diagnostic => {
  const remedy = diagnostic.remedy ?? remedyFor(diagnostic.message);
  return remedy === undefined ? diagnostic : { ...diagnostic, remedy };
};

function tabs(first: Diagnostic, lines: readonly string[]): Diagnostic | undefined {
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

/** A text whose end the parser looks for in the rest of the file. */
function openQuote(diagnostics: readonly Diagnostic[], text: string): Diagnostic | undefined {
  const complaint = diagnostics.find(({ message }) => message.includes('Missing closing'));
  if (complaint === undefined) return undefined;
  for (const token of tokensOf(text)) {
    if (token.type !== 'double-quoted-scalar' && token.type !== 'single-quoted-scalar') continue;
    const quote = token.source.slice(0, 1);
    if (token.source.length > 1 && token.source.endsWith(quote)) continue;
    const at = linesOf(complaint.at.file, text)(token.offset);
    return {
      ...complaint,
      message: `this ${quote} is not closed`,
      remedy: 'close the quotes at the end of the text',
      at,
    };
  }
  return undefined;
}

/** The parser notices where the next line begins; the admin has to look at where the bracket was opened. */
function openBracket(diagnostics: readonly Diagnostic[], text: string): Diagnostic | undefined {
  const complaint = diagnostics.find(({ message }) => /end with a [\]}]|expected flow/.test(message));
  if (complaint === undefined) return undefined;
  let open: CST.FlowCollection | undefined;
  for (const token of tokensOf(text)) {
    if (token.type !== 'flow-collection') continue;
    const closing = token.start.type === 'flow-map-start' ? 'flow-map-end' : 'flow-seq-end';
    // The innermost: what is around it is only open because this one is.
    if (!token.end.some(({ type }) => type === closing)) open = token;
  }
  if (open === undefined) return undefined;
  const [bracket, closing] = open.start.type === 'flow-map-start' ? ['{', '}'] : ['[', ']'];
  return {
    ...complaint,
    message: `this ${bracket} is not closed`,
    remedy: `close it with ${closing}; what goes on in the next line is indented further than the line that opens it`,
    at: linesOf(complaint.at.file, text)(open.start.offset),
  };
}

/** In the order of the file. */
function* tokensOf(text: string): Generator<CST.Token> {
  const waiting: (CST.Token | null | undefined)[] = [...new Parser().parse(text)].reverse();
  while (waiting.length > 0) {
    const token = waiting.pop();
    if (token === null || token === undefined) continue;
    yield token;
    if (token.type === 'document') waiting.push(token.value);
    if (!('items' in token)) continue;
    for (const item of token.items.toReversed()) waiting.push(item.value, item.key);
  }
}

/** A line that begins in another column than its neighbours: both are named, as either may be the wrong one. */
function indentation(
  diagnostic: Diagnostic,
  all: readonly Diagnostic[],
  lines: readonly string[],
): Diagnostic | undefined {
  const { message, at } = diagnostic;
  const later = all.some(other => other.message.startsWith('Implicit keys') && other.at.line === at.line);
  const line = message.includes('same column') ? at.line : later ? nextLine(lines, at.line, 1) : undefined;
  if (line === undefined) return undefined;
  const before = nextLine(lines, line, -1);
  if (before === undefined) return undefined;
  const [mine, theirs] = [blanksOf(lines[line - 1]), blanksOf(lines[before - 1])];
  if (mine === theirs) return undefined;
  return {
    ...diagnostic,
    message: `this line is indented by ${spaces(mine)}, line ${before} before it by ${spaces(theirs)}, and that fits no level`,
    remedy: 'begin the keys of one mapping in the same column',
    at: { ...at, line, col: mine + 1 },
  };
}

/** The nearest line from here that says something, in steps of `step`; counted from 1. */
function nextLine(lines: readonly string[], from: number, step: 1 | -1): number | undefined {
  for (let line = from + step; line >= 1 && line <= lines.length; line += step) {
    if (/^ *[^ #\r]/.test(lines[line - 1] ?? '')) return line;
  }
  return undefined;
}

const blanksOf = (line = ''): number => line.length - line.trimStart().length;
const spaces = (count: number): string => (count === 1 ? '1 space' : `${count} spaces`);

function remedyFor(message: string): string | undefined {
  if (message.startsWith('Nested mappings are not allowed')) {
    return 'a text with ": " in it stands in quotes; a destination is written without a space (queue:reception)';
  }
  if (message.includes('reserved character')) return 'put the text in quotes';
  if (message.includes('Missing closing')) return 'close the quotes';
  if (message.includes('end with a') || message.includes('expected flow')) return 'close the bracket';
  if (message.includes('same column')) return 'begin the keys of one mapping in the same column';
  if (message.includes('Unresolved tag') || message.includes('tag')) return 'remove the tag (!…): it has no use here';
  return undefined;
}
