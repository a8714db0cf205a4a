import type { Instant } from '../base/clock.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { type Diagnostic, hasErrors, inReadingOrder } from '../base/yaml/diagnostic.ts';
import type { CompiledDialplan } from '../dialplan/compileDialplan.ts';
import { compileBytes } from '../dialplan/load.ts';
import { withoutAllowed } from '../dialplan/source/allowed.ts';
import { proofFindings } from '../rehearsal/index.ts';

export type Outcome = Result<Pick<CompiledDialplan, 'plan' | 'diagnostics'>, readonly Diagnostic[]>;

/**
 * What the bytes of a file are: a dialplan that may take calls from `now` on, or all that is wrong with it. Where the
 * rules find no error every call is played, and one that would lose its caller is an error, too.
 */
export function checkBytes(bytes: Uint8Array, shownAs: string, now: Instant): Outcome {
  const compiled = compileBytes(bytes, shownAs);
  if (!compiled.ok) return compiled;
  const { plan, diagnostics: ofRules, allowed } = compiled.value;
  const proof = withoutAllowed(proofFindings(plan, shownAs, now), allowed);
  const diagnostics = inReadingOrder([...ofRules, ...proof]);
  return hasErrors(diagnostics) ? fail(diagnostics) : ok({ plan, diagnostics });
}
