import { finding } from '../catalogue.ts';
import type { Edge } from '../outline/edges.ts';
import { circles, graphOf } from '../outline/graph.ts';
import type { Rule } from './rule.ts';

/**
 * Every node lets go of a call within a time of its own (rings, waits and prompts are all limited), and no node is met
 * twice without a key: so each call that presses nothing ends.
 */
export const endlessLoop: Rule = {
  codes: ['ENDLESS_LOOP'],
  *check({ edges, at }) {
    for (const circle of circles(graphOf(edges.filter(({ needs }) => needs === 'nothing')))) {
      const [first] = circle;
      if (first === undefined) continue;
      const message = `a caller who presses nothing goes round for ever: ${showCircle(circle)}`;
      yield finding('ENDLESS_LOOP', at(first.path), message);
    }
  },
};

const mostShown = 12;

/** The circle as a caller goes through it. */
export function showCircle(circle: readonly Edge[]): string {
  const steps = circle.slice(0, mostShown).map(({ from, because }) => `${showNode(from)} → ${because} → `);
  const more = circle.length > mostShown ? `(${circle.length - mostShown} more) → ` : '';
  return `${steps.join('')}${more}${showNode(circle[0]?.from ?? '')}`;
}

const showNode = (node: string): string => (node === 'recall' ? 'transfer.recall' : node);
