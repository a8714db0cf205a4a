import type { Instant } from '../base/clock.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { type Diagnostic, hasErrors, inReadingOrder } from '../base/yaml/diagnostic.ts';
import type { CompiledDialplan } from '../dialplan/compileDialplan.ts';
import { compileBytes } from '../dialplan/load.ts';
import { proofFindings } from '../rehearsal/index.ts';

export type Outcome = Result<CompiledDialplan, readonly Diagnostic[]>;

/**
 * What the bytes of a file are: a dialplan that may take calls from `now` on, or all that is wrong with it. Where the
 * rules find no error every call is played, and one that would lose its caller is an error, too.
 */
export function checkBytes(bytes: Uint8Array, shownAs: string, now: Instant): Outcome {
  const compiled = compileBytes(bytes, shownAs);
  if (!compiled.ok) return compiled;
  const { plan, diagnostics: ofRules } = compiled.value;
  const diagnostics = inReadingOrder([...ofRules, ...proofFindings(plan, shownAs, now)]);
  return hasErrors(diagnostics) ? fail(diagnostics) : ok({ plan, diagnostics });
}
