import { finding } from '../catalogue.ts';
import { sectionOf } from '../outline/outline.ts';
import type { Rule } from './rule.ts';

export const danglingDestination: Rule = {
  codes: ['DANGLING_DESTINATION', 'UNKNOWN_PROMPT'],
  *check(outline) {
    for (const { destination, path } of outline.edges) {
      if (destination === undefined) continue;
      const { kind, name } = destination;
      const names = outline.declared(sectionOf[kind]);
      if (names.has(name)) continue;
      // One number is never a slip of another.
      const remedy = kind === 'extension' ? undefined : outline.didYouMean(name, names);
      if (kind === 'goodbye') {
        yield finding('UNKNOWN_PROMPT', outline.at(path), `there is no prompt ${name} to say goodbye with`, remedy);
      } else {
        yield finding(
          'DANGLING_DESTINATION',
          outline.at(path),
          `there is no ${kind === 'callers' ? 'choice of callers' : kind} ${name}`,
          remedy,
        );
      }
    }
  },
};
