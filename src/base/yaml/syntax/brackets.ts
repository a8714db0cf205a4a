/** Brackets and quotes that do not pair: the parser notices later than where the admin has to look. */
import type { CST } from 'yaml';
import type { Diagnostic } from '../diagnostic.ts';
import { linesOf } from '../lines.ts';
import { tokensOf } from './tokens.ts';

type Quoted = CST.FlowScalar & { readonly type: 'double-quoted-scalar' | 'single-quoted-scalar' };

const isQuoted = (token: CST.Token): token is Quoted =>
  token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar';

/** A text whose end the parser looks for in the rest of the file. */
export function openQuote(diagnostics: readonly Diagnostic[], text: string): Diagnostic | undefined {
  const complaint = diagnostics.find(({ message }) => message.includes('Missing closing'));
  if (complaint === undefined) return undefined;
  for (const token of tokensOf(text)) {
    if (!isQuoted(token)) continue;
    const quote = token.source.slice(0, 1);
    if (token.source.length > 1 && token.source.endsWith(quote)) continue;
    return notClosed(complaint, quote, linesOf(complaint.at.file, text)(token.offset));
  }
  return undefined;
}

const notClosed = (complaint: Diagnostic, quote: string, at: Diagnostic['at']): Diagnostic => ({
  ...complaint,
  message: `this ${quote} is not closed`,
  remedy: 'close the quotes at the end of the text',
  at,
});

/** A key in quotes that goes on in the next line: the quote that ends it belongs to another text. */
export function openKey(complaint: Diagnostic, line: string): Diagnostic | undefined {
  const first = line.charAt(complaint.at.col - 1);
  if (!complaint.message.startsWith('Implicit keys') || (first !== '"' && first !== "'")) return undefined;
  return notClosed(complaint, first, complaint.at);
}

/** Something behind the closing quote: the quotes end earlier than was meant. */
export function afterQuote(complaint: Diagnostic, text: string): Diagnostic | undefined {
  if (!complaint.message.startsWith('Unexpected scalar at node end')) return undefined;
  const position = linesOf(complaint.at.file, text);
  let before: Quoted | undefined;
  for (const token of tokensOf(text)) {
    if (!isQuoted(token)) continue;
    const end = position(token.offset + token.source.length);
    if (end.line === complaint.at.line && end.col <= complaint.at.col) before = token;
  }
  if (before === undefined) return undefined;
  const quote = before.source.slice(0, 1);
  const inside = quote === '"' ? '\\"' : "''";
  const list = text.split('\n')[complaint.at.line - 1]?.charAt(complaint.at.col - 1) === ',';
  return {
    ...complaint,
    message: `the text in quotes ends in column ${position(before.offset + before.source.length).col - 1}, and more follows it`,
    remedy: list
      ? 'several values are a list, and stand in [ ]'
      : `close the quotes where the text ends; a ${quote} inside it is written ${inside}`,
    at: position(before.offset),
  };
}

/** The innermost that is open: what is around it is only open because this one is. */
export function openBracket(diagnostics: readonly Diagnostic[], text: string): Diagnostic | undefined {
  const complaint = diagnostics.find(({ message }) => /end with a [\]}]|expected flow/.test(message));
  if (complaint === undefined) return undefined;
  let open: CST.FlowCollection | undefined;
  for (const token of tokensOf(text)) {
    if (token.type !== 'flow-collection') continue;
    const closing = token.start.type === 'flow-map-start' ? 'flow-map-end' : 'flow-seq-end';
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

/** A closing bracket that nothing has opened. */
export function extraBracket(complaint: Diagnostic): Diagnostic | undefined {
  const match = /^Unexpected flow-(?:map|seq)-end.*"([\]}])"/.exec(complaint.message);
  if (match === null) return undefined;
  const [, bracket = ''] = match;
  return { ...complaint, message: `this ${bracket} closes nothing`, remedy: 'there is one too many: remove it' };
}
