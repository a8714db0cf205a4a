import type { Diagnostic } from '../../base/yaml/diagnostic.ts';

/** What looks like a space and is none, in YAML: it makes a name of what stands around it. */
export const wideBlank = /[\u00a0\u2000-\u200b\u202f\u205f\u3000]/;

export function blankName(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `${code === '00A0' ? 'a no-break space' : 'a blank that is no space'} (U+${code})`;
}

/** The errors; where a blank in the line only looks like a space, that is the remedy. In a text it may stand. */
export function nameWideBlanks(diagnostics: readonly Diagnostic[], text: string): readonly Diagnostic[] {
  if (!wideBlank.test(text)) return diagnostics;
  const lines = text.split('\n');
  return diagnostics.map(diagnostic => {
    const line = lines[diagnostic.at.line - 1] ?? '';
    const column = diagnostic.severity === 'error' ? line.search(wideBlank) : -1;
    if (column === -1) return diagnostic;
    const blank = line.charAt(column);
    const remedy = blank === '\u200b' ? 'delete it' : 'put a space in its place';
    return { ...diagnostic, remedy: `column ${column + 1} of this line is ${blankName(blank)}: ${remedy}` };
  });
}
