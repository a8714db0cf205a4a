import type { Diagnostic } from '../../base/yaml/diagnostic.ts';

/** After so many, the parser has lost its way, and complains about what is right. */
const mostComplaints = 20;

/** What the parser of YAML complains of, with what an admin most likely did. `text` is the file. */
export function explainSyntax(diagnostics: readonly Diagnostic[], text: string): readonly Diagnostic[] {
  const lines = text.split('\n');
  return diagnostics.slice(0, mostComplaints).map(diagnostic => {
    if (diagnostic.code !== 'YAML_SYNTAX' || diagnostic.remedy !== undefined) return diagnostic;
    const remedy = remedyFor(diagnostic.message, lines[diagnostic.at.line - 1] ?? '');
    return remedy === undefined ? diagnostic : { ...diagnostic, remedy };
  });
}

function remedyFor(message: string, line: string): string | undefined {
  if (/^ *\t/.test(line)) return 'indent with spaces: YAML allows no tabs there';
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
