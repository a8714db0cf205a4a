import type { Diagnostic } from '../../base/yaml/diagnostic.ts';

const curly = /[\u2018-\u201f\u00ab\u00bb]/;

/**
 * Quotes that a word processor has turned: to YAML they are letters. Where a value that is wrong begins with one, that
 * is the mistake, and the only one that is reported of its line. In a text that is spoken they may stand.
 */
export function nameCurlyQuotes(diagnostics: readonly Diagnostic[], text: string): readonly Diagnostic[] {
  if (!curly.test(text)) return diagnostics;
  const lines = text.split('\n');
  const explained = new Set<number>();
  return diagnostics.flatMap(diagnostic => {
    const { severity, at } = diagnostic;
    if (severity !== 'error') return [diagnostic];
    if (explained.has(at.line)) return [];
    const quote = lines[at.line - 1]?.charAt(at.col - 1) ?? '';
    if (!curly.test(quote)) return [diagnostic];
    explained.add(at.line);
    return [{ ...diagnostic, message: `${quote} does not quote a text`, remedy: `write straight quotes: "` }];
  });
}
