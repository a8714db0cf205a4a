import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edge } from '../../../src/dialplan/outline/edges.ts';
import { circles, graphOf, reachable } from '../../../src/dialplan/outline/graph.ts';

const edge = (from: string, to: string): Edge => ({ from, to, needs: 'nothing', because: '', path: [] });

describe('circles', () => {
  const graphs = fc
    .array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 25 })
    .map(pairs => pairs.map(([from, to]) => edge(`n${from}`, `n${to}`)));

  it('are found exactly where a node reaches itself, one for each knot', () => {
    fc.assert(
      fc.property(graphs, edges => {
        const graph = graphOf(edges);
        const reaches = (from: string): ReadonlySet<string> =>
          reachable(
            graph,
            (graph.get(from) ?? []).map(({ to }) => to),
          );
        const onCircle = [...graph.keys()].filter(node => reaches(node).has(node));
        const knots = new Set(
          onCircle.map(node =>
            onCircle
              .filter(other => reaches(node).has(other) && reaches(other).has(node))
              .sort()
              .join(),
          ),
        );
        const found = circles(graph);

        expect(found).toHaveLength(knots.size);
        for (const circle of found) {
          expect(circle.length).toBeGreaterThan(0);
          expect(circle.at(-1)?.to).toBe(circle[0]?.from);
          for (const [index, { from }] of circle.slice(1).entries()) expect(circle[index]?.to).toBe(from);
          expect(edges).toEqual(expect.arrayContaining([...circle]));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('are found in a chain of any length', () => {
    const chain = Array.from({ length: 50_000 }, (_, i) => edge(`n${i}`, `n${i + 1}`));
    expect(circles(graphOf(chain))).toEqual([]);
    expect(circles(graphOf([...chain, edge('n50000', 'n0')]))[0]).toHaveLength(50_001);
  });
});
