import type { Diagnostic } from '../diagnostic.ts';
import { afterQuote, extraBracket, openBracket, openKey, openQuote } from './brackets.ts';
import { indentation, noColon, tabs } from './lines.ts';

const mostComplaints = 20;
/** The parser may complain of every line of a long file. */
const mostRead = 200;

/**
 * What the parser of YAML complains of, with what an admin most likely did: one diagnostic for one mistake. Where the
 * mistake makes the parser lose its way (a line in the wrong column, a bracket that is not closed), it is the last one
 * that is reported: what follows would be complaints about what is right. `text` is the file.
 */
export function explainSyntax(diagnostics: readonly Diagnostic[], text: string): readonly Diagnostic[] {
  const [first] = diagnostics;
  if (first === undefined || first.code !== 'YAML_SYNTAX') return diagnostics;
  const lines = text.split('\n');
  const cause = tabs(first, lines) ?? openQuote(diagnostics, text) ?? openBracket(diagnostics, text);
  if (cause !== undefined) return [cause];

  const isFollowUp = ({ message }: Diagnostic): boolean => message.startsWith('Implicit ');
  const ordered = diagnostics
    .slice(0, mostRead)
    .toSorted((a, b) => a.at.line - b.at.line || Number(isFollowUp(b)) - Number(isFollowUp(a)) || a.at.col - b.at.col);
  const causes = ordered.filter(each => !isFollowUp(each));
  const explained: Diagnostic[] = [];
  for (const diagnostic of causes.length > 0 ? ordered : ordered.slice(0, 1)) {
    const lost =
      openKey(diagnostic, lines[diagnostic.at.line - 1] ?? '') ??
      noColon(diagnostic, lines) ??
      indentation(diagnostic, ordered, lines) ??
      afterQuote(diagnostic, text) ??
      extraBracket(diagnostic);
    if (lost !== undefined) return [...explained, lost];
    if (isFollowUp(diagnostic) && causes.length > 0) continue;
    if (explained.some(({ at }) => at.line === diagnostic.at.line)) continue;
    explained.push(inPlainWords(diagnostic, lines[diagnostic.at.line - 1] ?? ''));
    if (explained.length === mostComplaints || diagnostic.message.startsWith('Unexpected')) break;
  }
  return explained;
}

/** A mistake within one line. */
function inPlainWords(diagnostic: Diagnostic, line: string): Diagnostic {
  const { message, at } = diagnostic;
  const saying = (said: string, remedy: string, col = at.col): Diagnostic => ({
    ...diagnostic,
    message: said,
    remedy,
    at: { ...at, col },
  });
  if (message.startsWith('Nested mappings are not allowed')) {
    return saying(
      'a second ": " in one line',
      'a text with ": " in it stands in quotes; a destination is written without a space (queue:reception)',
    );
  }
  if (message.startsWith('Alias ending in :')) {
    const start = line.lastIndexOf('*', at.col - 1);
    const name = start === -1 ? '*' : (line.slice(start, at.col).split(':', 1)[0] ?? '').trim();
    return saying(`${name} without quotes is an alias (YAML)`, `put the key in quotes: "${name}":`, start + 1);
  }
  if (message.startsWith('Block collections are not allowed within flow')) {
    return line.charAt(at.col - 1) === '-'
      ? saying('a text that begins with a dash', 'put the text in quotes')
      : saying(
          'a comma is missing in this value',
          'put a comma before the next key; a text with ": " in it stands in quotes',
        );
  }
  if (message.startsWith('Missing ,')) {
    return saying('a comma is missing before this', 'put a comma between the two, or the whole text in quotes');
  }
  if (message.startsWith('Unexpected , in flow')) return saying('nothing stands before this comma', 'remove it');
  if (message.includes('Plain value cannot start with')) {
    return saying(`a text that begins with ${line.charAt(at.col - 1)}`, 'put the text in quotes');
  }
  if (message.includes('tag')) return { ...diagnostic, remedy: 'remove the tag (!…): it has no use here' };
  return diagnostic;
}
