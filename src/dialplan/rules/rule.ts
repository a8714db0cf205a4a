import { closest } from '../../base/yaml/closest.ts';
import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import type { FindingCode } from '../catalogue.ts';
import type { Outline } from '../outline/outline.ts';

/** Looks at a whole dialplan for one kind of mistake. */
export interface Rule {
  readonly codes: readonly FindingCode[];
  /**
   * Finds what is not there (a way, a use): asked only of a dialplan without errors, since what is missing may stand in
   * a part that could not be understood.
   */
  readonly ofAbsence?: true;
  check(outline: Outline): Iterable<Diagnostic>;
}

const mostCandidates = 2000;

/** "did you mean …?", or undefined (the remedy of the code) where nothing is near. */
export function didYouMean(word: string, names: Iterable<string>): string | undefined {
  const candidates: string[] = [];
  for (const name of names) {
    if (candidates.length === mostCandidates) break;
    if (name.length <= 64) candidates.push(name);
  }
  const near = closest(word, candidates);
  return near === undefined ? undefined : `did you mean ${near}?`;
}
