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
