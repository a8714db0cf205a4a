import { showPosition } from '../../base/position.ts';
import { type Diagnostic, hasErrors } from '../../base/yaml/diagnostic.ts';
import { readYaml, type YamlDocument, yamlLimits } from '../../base/yaml/document.ts';
import { checkShape } from '../../base/yaml/schema.ts';
import { withRemedy } from '../catalogue.ts';
import { type Draft, dialplanGrammar, type Source } from '../grammar/dialplan.ts';
import { nameCurlyQuotes } from './curlyQuotes.ts';
import { guard, guardLimits } from './guard.ts';
import { takeLater } from './later.ts';
import { misplacedSection } from './misplaced.ts';
import { salvage } from './salvage.ts';
import { nameWideBlanks } from './wideBlanks.ts';

/** A file that is YAML at least. */
export interface SourceReading {
  readonly document: YamlDocument;
  /** All of the dialplan that is right; complete (a `Source`) where nothing is wrong. */
  readonly draft: Draft;
  /** Present where nothing is wrong with the shape. */
  readonly source?: Source;
}

/** From text to what it says. What is no YAML at all has no reading. */
export function readSource(
  file: string,
  text: string,
): { readonly reading?: SourceReading; readonly diagnostics: readonly Diagnostic[] } {
  const refused = guard(file, text);
  if (refused.length > 0) return { diagnostics: refused };
  const yaml = readYaml(file, text, { ...yamlLimits, nodes: guardLimits.values });
  const written = yaml.document ?? yaml.salvaged;
  if (written === undefined) return { diagnostics: nameWideBlanks(yaml.diagnostics.map(withRemedy), text) };
  const { document, diagnostics: later } = takeLater(written);
  const { value: source, diagnostics: shape } = checkShape<Source>(document, dialplanGrammar);
  // An alias that leads nowhere has no value, and is not to be blamed for that as well.
  const aliases = new Set(
    yaml.diagnostics.filter(({ code }) => code === 'YAML_ALIAS').map(({ at }) => showPosition(at)),
  );
  const misplaced = misplacedSection(document, dialplanGrammar, shape);
  if (misplaced !== undefined) return { diagnostics: [...yaml.diagnostics.map(withRemedy), misplaced] };
  const ofShape = shape.filter(({ at }) => !aliases.has(showPosition(at)));
  const found = [...yaml.diagnostics, ...later, ...ofShape].map(withRemedy);
  const diagnostics = nameCurlyQuotes(nameWideBlanks(found, text), text);
  const draft = source ?? salvage(dialplanGrammar, document.value ?? {}) ?? {};
  return {
    reading: { document, draft, ...(source === undefined || hasErrors(diagnostics) ? {} : { source }) },
    diagnostics,
  };
}
