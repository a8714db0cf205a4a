import type { Exploration } from '../explore/explore.ts';
import type { Move } from '../explore/state.ts';

export interface Reached {
  /** Index of the root from which it is reached. */
  readonly root: number;
  readonly cameFrom: number | undefined;
  readonly cameBy: Move | undefined;
}

/**
 * The states that calls come to, those that take the fewest moves first, and the moves to each. `regime`: by the opening
 * hours of that one; left out: whatever the hours turn to on the way.
 */
export function reach({ states, roots }: Exploration, regime?: number) {
  const counts = (of: number | undefined): boolean => regime === undefined || of === undefined || of === regime;
  const reached = new Map<number, Reached>();
  for (const [root, { regime: of, to }] of roots.entries()) {
    if (!counts(of) || typeof to !== 'number' || reached.has(to)) continue;
    reached.set(to, { root, cameFrom: undefined, cameBy: undefined });
  }
  // A map that grows while it is gone through hands out what was added too.
  for (const [state, { root }] of reached) {
    for (const { to, move, regime: of } of states[state]?.ways ?? []) {
      if (typeof to === 'number' && counts(of) && !reached.has(to)) {
        reached.set(to, { root, cameFrom: state, cameBy: move });
      }
    }
  }
  const movesTo = (state: number): readonly Move[] => {
    const moves: Move[] = [];
    for (let here = reached.get(state); here?.cameFrom !== undefined; here = reached.get(here.cameFrom)) {
      if (here.cameBy !== undefined) moves.push(here.cameBy);
    }
    return moves.reverse();
  };
  return { reached: reached as ReadonlyMap<number, Reached>, movesTo, counts };
}
