import type { Duration } from '../../base/clock.ts';
import type { Call } from '../../call/call.ts';
import type { Arrival } from '../../call/step.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import type { Regime } from '../proof/regimes.ts';
import type { Playable } from '../world/world.ts';
import { abridge, type Dialled } from './abridged.ts';
import { Choices, movesOf } from './moves.ts';
import { Player } from './play.ts';
import { keyOf, type Move, type State } from './state.ts';

/** A state that was found. */
export interface Found {
  readonly call: Call;
  readonly ways: readonly Way[];
}

export interface Way {
  readonly move: Move;
  /** The regime in which it is so, by its index; undefined: in every one. */
  readonly regime: number | undefined;
  readonly took: Duration;
  readonly to: number | Fault;
}

/** Where a way does not lead on. `stuck`: nothing will ever happen again; `broken`: call control threw. */
export type Fault = { readonly kind: 'stuck' } | { readonly kind: 'broken'; readonly error: string };

export interface Exploration {
  readonly states: readonly Found[];
  /** Where each arrival begins, in each regime (or in all alike), in the order of the arrivals. */
  readonly roots: readonly Root[];
  /** False where there are more states than were to be looked at. */
  readonly complete: boolean;
}

export interface Root {
  readonly arrival: Arrival;
  readonly regime: number | undefined;
  readonly to: number | Fault;
}

export interface ExploreOptions {
  readonly mostStates: number;
  readonly dialled?: Dialled;
  /** Whether each state keeps the way by which it was come to. */
  readonly trails: boolean;
}

/**
 * All that calls can come to, breadth first, in all regimes at once: each state is looked at once, and only a step that
 * asks for opening hours is taken again for each regime that answers otherwise.
 */
export function explore(
  plan: Dialplan,
  arrivals: readonly Arrival[],
  regimes: readonly Regime[],
  lengthOf: (playable: Playable) => Duration,
  { mostStates, dialled = 'oneOfAKind', trails }: ExploreOptions,
): Exploration {
  const { plan: abridged, askedForHours } = abridge(plan, dialled);
  const choices = new Choices(abridged);
  const players = regimes.map(regime => new Player(abridged, regime, lengthOf));
  /** What a regime says of a calendar: a call may hear whether it is so by hand. */
  const says = regimes.map(({ open, overrides }) => {
    const isOpen = new Set(open);
    return (name: string): string => `${isOpen.has(name)} ${overrides[name]?.state}`;
  });
  const base = regimes[0]?.at ?? 0;
  const found: { call: Call; ways: Way[] }[] = [];
  const toLookAt: (State | undefined)[] = [];
  const known = new Map<string, number>();
  const meet = (state: State): number => {
    const key = keyOf(state, base);
    const met = known.get(key);
    if (met !== undefined) return met;
    known.set(key, found.length);
    const kept = trails ? state : { ...state, call: { ...state.call, trail: [] } };
    found.push({ call: kept.call, ways: [] });
    toLookAt.push(kept);
    return found.length - 1;
  };

  /** In each regime, as far as it makes a difference. Every state is kept as it would be in the first one. */
  const inEach = (act: (player: Player) => { state: State; took: Duration } | undefined) => {
    const outcomes: { regime: number | undefined; took: Duration; to: number | Fault }[] = [];
    const played: { readonly regime: number; readonly asked: readonly string[] }[] = [];
    for (const [regime, player] of players.entries()) {
      // Where all calendars that were asked for say the same, the same happens.
      const alike = played.find(one => one.asked.every(name => says[one.regime]?.(name) === says[regime]?.(name)));
      const known = alike === undefined ? undefined : outcomes[alike.regime];
      if (known !== undefined) {
        outcomes.push({ ...known, regime });
        continue;
      }
      askedForHours();
      let [to, took]: [number | Fault, Duration] = [{ kind: 'stuck' }, 0];
      try {
        const moved = act(player);
        if (moved !== undefined) [to, took] = [meet(moveTo(moved.state, base - player.now)), moved.took];
      } catch (error) {
        to = { kind: 'broken', error: error instanceof Error ? error.message : String(error) };
      }
      const asked = askedForHours();
      if (asked.size === 0) return [{ regime: undefined, took, to }];
      played.push({ regime, asked: [...asked] });
      outcomes.push({ regime, took, to });
    }
    return outcomes;
  };

  const roots = arrivals.flatMap(arrival =>
    inEach(player => ({ state: player.begin(arrival), took: 0 })).map(({ regime, to }) => ({ arrival, regime, to })),
  );
  let looked = 0;
  for (; looked < found.length && found.length <= mostStates; looked++) {
    const state = toLookAt[looked];
    const here = found[looked];
    if (state === undefined || here === undefined || state.call.phase.kind === 'ended') continue;
    toLookAt[looked] = undefined;
    for (const move of movesOf(choices, state)) {
      const outcomes = inEach(player => player.move(moveTo(state, player.now - base), move));
      for (const outcome of outcomes) here.ways.push({ move, ...outcome });
    }
  }
  return { states: found, roots, complete: looked >= found.length };
}

/** The same state at another instant: what is left of every timer stays. */
function moveTo(state: State, by: Duration): State {
  if (by === 0) return state;
  const { call, play } = state;
  const timers: Record<string, Call['timers'][string]> = {};
  for (const name in call.timers) {
    const timer = call.timers[name];
    if (timer !== undefined) timers[name] = { ...timer, at: timer.at + by };
  }
  return { call: { ...call, timers }, play };
}
