import { finding } from '../catalogue.ts';
import { circles, graphOf } from '../outline/graph.ts';
import { showCircle } from './endlessLoop.ts';
import type { Rule } from './rule.ts';

/** A machine, or a caller with a telephone of another tone, never presses what is meant. */
export const endlessRetry: Rule = {
  codes: ['ENDLESS_RETRY'],
  *check({ edges, at }) {
    const aimless = edges.filter(({ needs }) => needs === 'nothing' || needs === 'wrongKeys');
    for (const circle of circles(graphOf(aimless))) {
      const [first] = circle;
      // A circle without a wrong key in it is one of `endlessLoop`.
      if (first === undefined || circle.every(({ needs }) => needs === 'nothing')) continue;
      const message = `a caller who presses wrong keys only goes round for ever: ${showCircle(circle)}`;
      yield finding('ENDLESS_RETRY', at(first.path), message);
    }
  },
};
