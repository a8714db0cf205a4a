import { contentHash } from '../base/contentHash.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { type Diagnostic, hasErrors, inReadingOrder } from '../base/yaml/diagnostic.ts';
import { compile } from './compile/compile.ts';
import { outlineOf } from './outline/outline.ts';
import type { Dialplan } from './plan.ts';
import { rules } from './rules/index.ts';
import type { Rule } from './rules/rule.ts';
import { type Allowed, allowedIn, unknownAllowed, withoutAllowed } from './source/allowed.ts';
import { readSource } from './source/read.ts';

/** A dialplan that can take calls, and what should be looked at all the same (warnings). */
export interface CompiledDialplan {
  readonly plan: Dialplan;
  readonly diagnostics: readonly Diagnostic[];
  /** The warnings that the file itself accepts; they are not among the diagnostics. */
  readonly allowed: readonly Allowed[];
}

/**
 * From the text of a file to a plan, or to everything that is wrong with it (at least one error), in the order of the
 * file. `file` is the name for the diagnostics. Pure; never throws on account of the text; its cost is bounded.
 */
export function compileDialplan(text: string, file: string): Result<CompiledDialplan, readonly Diagnostic[]> {
  const { reading, diagnostics: ofReading } = readSource(file, text);
  if (reading === undefined) return fail(inReadingOrder(ofReading));
  const outline = outlineOf(reading);
  const check = (all: readonly Rule[]): readonly Diagnostic[] => all.flatMap(rule => [...rule.check(outline)]);
  const found = [...ofReading, ...check(rules.filter(rule => rule.ofAbsence !== true))];
  if (reading.source === undefined || hasErrors(found)) return fail(inReadingOrder(found));
  const allowed = allowedIn(file, text);
  const ofRules = [...found, ...check(rules.filter(rule => rule.ofAbsence === true))];
  const diagnostics = inReadingOrder([...withoutAllowed(ofRules, allowed), ...unknownAllowed(allowed)]);
  if (hasErrors(diagnostics)) return fail(diagnostics);
  return ok({ plan: compile(reading.document, reading.source, contentHash(text)), diagnostics, allowed });
}
