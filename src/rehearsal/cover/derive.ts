import type { Instant } from '../../base/clock.ts';
import { yamlLimits } from '../../base/yaml/document.ts';
import type { Overrides } from '../../dialplan/override.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { explore } from '../explore/explore.ts';
import type { Move } from '../explore/state.ts';
import { promptLengths } from '../promptLengths.ts';
import { everyRegime } from '../proof/hands.ts';
import { entriesOf } from '../proof/prove.ts';
import { reach } from '../proof/reach.ts';
import { retell } from '../proof/retell.ts';
import type { Timeline } from '../timeline/moment.ts';
import { comesThroughNew, type Flow, nothingWalked, walk } from './flow.ts';

/** A way through the dialplan from its arrival to its end, if the phones do as it says and the caller presses as it says. */
export interface DerivedWay {
  readonly from: string;
  readonly to: string;
  readonly timeline: Timeline;
  readonly overrides: Overrides;
  /** The agents of queues ring and do not answer; else they are not there at all. */
  readonly agentsRing: boolean;
}

export interface DerivedWays {
  readonly ways: readonly DerivedWay[];
  /** False where the dialplan is too large to be gone through: what no way goes through may be come to all the same. */
  readonly complete: boolean;
}

/** What a derivation may cost. */
export interface CoverBudget {
  /** Of calls, that are looked at. */
  readonly states: number;
  /** Ways to places that are known already, that are tried for the way itself. */
  readonly tries: number;
  readonly ways: number;
  /** Characters of the file of stories. */
  readonly text: number;
}

/** What two hundred menus and a thousand extensions need, and some more: the file has to be one that can be read. */
export const usualBudget: CoverBudget = { states: 50_000, tries: 500, ways: 1_000, text: 0.85 * yamlLimits.size };
/** Beyond these, one extension of each kind stands for all. */
const mostDialled = 50;

/**
 * A small set of ways that goes through all that can be gone through: longer ways first, since each takes many nodes
 * with it, and then without those that others make needless.
 */
export function deriveWays(plan: Dialplan, flow: Flow, from: Instant, budget: CoverBudget): DerivedWays {
  const lengthOf = promptLengths(plan);
  const entries = entriesOf(plan);
  // The text of a story has no milliseconds.
  const { regimes } = everyRegime(plan, Math.floor(from / 1000) * 1000);
  const dialable = Object.values(plan.extensions).filter(({ directDial }) => directDial).length;
  const exploration = explore(
    plan,
    entries.map(({ arrival }) => arrival),
    regimes,
    lengthOf,
    { mostStates: budget.states, dialled: dialable <= mostDialled ? 'each' : 'oneOfAKind', trails: true },
  );
  const walked = nothingWalked();
  const ways: DerivedWay[] = [];
  let tries = 0;
  let complete = exploration.complete;
  for (const [index, regime] of regimes.entries()) {
    const { reached, movesTo, counts } = reach(exploration, index);
    const take = (root: number, moves: readonly Move[]): void => {
      const entry = entries.find(({ arrival }) => arrival === exploration.roots[root]?.arrival);
      if (entry === undefined || moves.some(isNoAnswer)) return;
      if (ways.length >= budget.ways) {
        complete = false;
        return;
      }
      const timeline = retell(plan, { entry, regime, moves, lengthOf });
      if (walk(flow, timeline.moments, walked) === 0) return;
      ways.push({
        from: entry.arrival.from.number,
        to: entry.dialled,
        timeline,
        overrides: regime.overrides,
        agentsRing: false,
      });
    };
    for (const [state, { root }] of [...reached].reverse()) {
      const call = exploration.states[state]?.call;
      if (call !== undefined && comesThroughNew(flow, call.trail, walked)) take(root, movesTo(state));
    }
    // Two ways may lead to one and the same state: each of them is a way of its own all the same.
    for (const [state, { root }] of reached) {
      for (const { to, move, regime: of } of exploration.states[state]?.ways ?? []) {
        if (walked.edges.size === flow.edges.size) break;
        if (!counts(of) || typeof to !== 'number' || reached.get(to)?.cameFrom === state) continue;
        if (tries >= budget.tries) {
          complete = false;
          break;
        }
        tries += 1;
        take(root, [...movesTo(state), move]);
      }
    }
  }
  const all = [...withoutNeedless(flow, ways), ...withAgents(plan, ways)];
  return { ways: all.slice(0, budget.ways), complete: complete && all.length <= budget.ways };
}

/** For each queue, a way on which its agents ring. */
function withAgents(plan: Dialplan, ways: readonly DerivedWay[]): readonly DerivedWay[] {
  return Object.keys(plan.queues).flatMap(queue => {
    const all = ways.filter(({ timeline }) =>
      timeline.moments.some(moment => moment.kind === 'entered' && moment.node === `queue:${queue}`),
    );
    // An agent who calls is not rung.
    const through = all.find(({ from }) => !Object.hasOwn(plan.extensions, from)) ?? all[0];
    return through === undefined ? [] : [{ ...through, agentsRing: true }];
  });
}

/** A phone that is not answered needs no step of its own: time passes. */
const isNoAnswer = (move: Move): boolean => move.kind === 'fail' && move.reason === 'noAnswer';

function withoutNeedless(flow: Flow, ways: readonly DerivedWay[]): readonly DerivedWay[] {
  const kept: DerivedWay[] = [];
  const all = nothingWalked();
  // Those that were found last are about the rarest places: they stay, and what they go through needs no other.
  for (const way of [...ways].reverse()) if (walk(flow, way.timeline.moments, all) > 0) kept.unshift(way);
  return kept;
}
