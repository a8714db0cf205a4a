import { showPosition } from '../../base/position.ts';
import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import type { YamlDocument } from '../../base/yaml/document.ts';
import { finding } from '../catalogue.ts';
import type { dialplanGrammar } from '../grammar/dialplan.ts';

/**
 * A section or an entry in the wrong column, so that it and its neighbours mean something else: it alone is reported.
 * `wrong` is what the shape of the document is accused of.
 */
export function misplacedSection(
  document: YamlDocument,
  grammar: typeof dialplanGrammar,
  wrong: readonly Diagnostic[],
): Diagnostic | undefined {
  const top = document.value;
  if (typeof top !== 'object' || top === null) return undefined;
  const sections = Object.keys(grammar.shape);
  return indented(document, top, sections, wrong) ?? notIndented(document, top, grammar);
}

/**
 * A section that has become an entry of the section before it. Nothing is reported of a prompt that happens to be
 * called `features`.
 */
function indented(document: YamlDocument, top: object, sections: readonly string[], wrong: readonly Diagnostic[]) {
  const places = new Set(wrong.map(({ at }) => showPosition(at)));
  for (const [around, entries] of Object.entries(top)) {
    if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) continue;
    for (const name of Object.keys(entries)) {
      if (!sections.includes(name) || Object.hasOwn(top, name)) continue;
      const path = [around, name];
      const at = document.atKey(path);
      const accused = places.has(showPosition(at)) || places.has(showPosition(document.at(path)));
      if (!accused) continue;
      const remedy = `begin ${name} in the first column: it is a section of its own`;
      return finding('UNKNOWN_KEY', at, `${name} is indented, and so is a part of ${around}`, remedy);
    }
  }
  return undefined;
}

/** An entry in the first column that would be right in the section before it. */
function notIndented(document: YamlDocument, top: object, grammar: typeof dialplanGrammar): Diagnostic | undefined {
  const shape = new Map(Object.entries(grammar.shape));
  let before: string | undefined;
  for (const [name, value] of Object.entries(top)) {
    if (shape.has(name)) {
      before = name;
      continue;
    }
    if (before === undefined || typeof value !== 'object' || value === null) continue;
    if (shape.get(before)?.safeParse({ [name]: value }).success !== true) continue;
    const at = document.atKey([name]);
    return finding(
      'UNKNOWN_KEY',
      at,
      `${name} is not indented, and so is no part of ${before}`,
      'indent it by two spaces',
    );
  }
  return undefined;
}
