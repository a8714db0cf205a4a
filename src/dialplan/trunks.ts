import type { Diagnostic } from '../base/yaml/diagnostic.ts';
import { finding } from './catalogue.ts';
import { createSuggest } from './outline/suggest.ts';
import type { Dialplan } from './plan.ts';

/**
 * Numbers for the calls of a trunk that the settings of the server do not have: no call would ever fit one. Only who has
 * the settings can tell; the dialplan alone is right.
 */
export function unknownTrunks({ numbers }: Dialplan, known: readonly string[]): readonly Diagnostic[] {
  const trunks = new Set(known);
  const didYouMean = createSuggest();
  return numbers.flatMap(({ trunk, at }) =>
    trunk === undefined || trunks.has(trunk)
      ? []
      : [finding('UNKNOWN_TRUNK', at, `the settings have no trunk ${trunk}`, didYouMean(trunk, trunks))],
  );
}
