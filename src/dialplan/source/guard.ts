import { type CST, Lexer, Parser } from 'yaml';
import type { Position } from '../../base/position.ts';
import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import { yamlLimits } from '../../base/yaml/document.ts';
import { linesOf } from '../../base/yaml/lines.ts';
import { finding } from '../catalogue.ts';
import { blankName, wideBlank } from './wideBlanks.ts';

/** Far above what the largest dialplan has, far below what would cost seconds or the stack. */
export const guardLimits = { size: yamlLimits.size, tokens: 300_000, values: 40_000, nesting: 64, directives: 10 };

/** NUL and its kind, lone surrogates, and characters that turn the direction of what follows. */
const hidden = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Cs}/gu;
const mostHidden = 20;

/**
 * Looks at the text before a tree is built of it, in one pass whose cost grows with the length alone: a file that
 * passes can be read in bounded time and memory.
 */
export function guard(file: string, text: string): readonly Diagnostic[] {
  const start = { file, line: 1, col: 1 };
  if (text.length > guardLimits.size) {
    const most = `the file is longer than ${guardLimits.size.toLocaleString('en')} characters`;
    return [finding('YAML_LIMIT', start, most)];
  }
  if (text.startsWith('\ufeff')) {
    return [finding('BYTE_ORDER_MARK', start, 'the file begins with a byte order mark')];
  }
  // YAML takes all that follows a comment to be part of it.
  const lone = text.search(/\r(?!\n)/);
  if (lone !== -1) {
    const remedy = 'save the file with line ends of LF (Unix) or CRLF (Windows)';
    return [finding('CONTROL_CHARACTER', linesOf(file, text)(lone), 'this line ends with CR alone', remedy)];
  }
  const characters = [...hiddenCharacters(file, text), ...wideIndentation(file, text)];
  return characters.length > 0 ? characters : structure(file, text);
}

function hiddenCharacters(file: string, text: string): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const position = linesOf(file, text);
  for (const { 0: character, index } of text.matchAll(hidden)) {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const message = `the character U+${code} does not belong into a dialplan`;
    found.push(finding('CONTROL_CHARACTER', position(index), message));
    if (found.length === mostHidden) break;
  }
  return found;
}

/** A line that begins with what only looks like a space is a key of the top level to YAML, and the lines around it lose their level. */
function wideIndentation(file: string, text: string): readonly Diagnostic[] {
  for (const [index, line] of text.split('\n').entries()) {
    const blanks = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    if (!wideBlank.test(line.charAt(blanks))) continue;
    const at = { file, line: index + 1, col: blanks + 1 };
    return [
      finding('CONTROL_CHARACTER', at, `${blankName(line.charAt(blanks))} in the indentation`, 'indent with spaces'),
    ];
  }
  return [];
}

/** The parser's own stack is a list, not recursion: how deep the text nests can be seen before anything recurses. */
function structure(file: string, text: string): readonly Diagnostic[] {
  const position = linesOf(file, text);
  const parser = new Parser();
  let documents = 0;
  let directives = 0;
  const secondDocument = (tokens: Iterable<CST.Token>): CST.Token | undefined => {
    for (const token of tokens) {
      if (token.type === 'directive') directives += 1;
      if (token.type === 'document' && ++documents === 2) return token;
    }
    return undefined;
  };

  let second: CST.Token | undefined;
  let tokens = 0;
  for (const lexeme of new Lexer().lex(text)) {
    second = secondDocument(parser.next(lexeme));
    if (second !== undefined) break;
    if (++tokens > guardLimits.tokens) return tooMuch('more to read', position(parser.offset));
    if (directives > guardLimits.directives) return tooMuch('more directives (%)', position(parser.offset));
    if (parser.stack.length > guardLimits.nesting) return tooMuch('deeper nesting', position(parser.offset));
  }
  second ??= secondDocument(parser.end());
  return second === undefined
    ? []
    : [finding('SEVERAL_DOCUMENTS', position(second.offset), 'a second document begins here')];
}

const tooMuch = (what: string, at: Position): readonly Diagnostic[] => [
  finding('YAML_LIMIT', at, `the file has ${what} than any dialplan`),
];
