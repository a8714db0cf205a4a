import type { Duration, Instant } from '../../base/clock.ts';
import type { Position } from '../../base/position.ts';
import type { Arrival } from '../../call/step.ts';
import type { Dialplan, NumberMatch, NumberRule } from '../../dialplan/plan.ts';
import { explore } from '../explore/explore.ts';
import type { Move } from '../explore/state.ts';
import { promptLengths } from '../promptLengths.ts';
import { callerOf } from '../simulator/simulate.ts';
import type { Timeline } from '../timeline/moment.ts';
import { everyRegime } from './hands.ts';
import { judge, type Verdict } from './judge.ts';
import type { Regime } from './regimes.ts';
import { retell } from './retell.ts';

/** A way on which a caller is lost: what is dialled when, what is done, and what comes of it. */
export interface CounterExample {
  readonly entry: Entry;
  readonly regime: Regime;
  readonly verdict: Verdict;
  /** What the caller and the phones do, up to where it goes wrong. */
  readonly moves: readonly Move[];
  /** The same as the caller would live it. */
  readonly timeline: Timeline;
}

export interface Proof {
  /** Empty: whoever calls, whenever, and whatever they press, comes to a good end. */
  readonly counterExamples: readonly CounterExample[];
  /** False where the dialplan has more states than were to be looked at: nothing is proved then. */
  readonly complete: boolean;
  readonly entries: number;
  readonly regimes: number;
  readonly states: number;
  /** The longest that a caller who presses nothing (any more) waits for a person or an end. */
  readonly longest: Duration;
}

/** Where calls come into the dialplan. */
export interface Entry {
  readonly dialled: string;
  readonly place: Position;
  readonly arrival: Arrival;
}

export interface ProofOptions {
  /** From when on the calendars are looked at. */
  readonly from: Instant;
  /** How long a caller without input may be on the way. */
  readonly within?: Duration;
  /** The most states to look at, of all numbers and regimes together. */
  readonly mostStates?: number;
  /** The most counter-examples to look for. */
  readonly mostExamples?: number;
}

const hour = 3_600_000;

/**
 * For every number, in every regime of the calendars (those that are made by hand too), and through every choice of keys: whatever the phones do, a caller
 * who presses nothing any more comes to a person, a mailbox or a spoken goodbye, within a bounded time. Languages are
 * part of the states: each one is looked at wherever a way leads into it.
 */
export function prove(plan: Dialplan, options: ProofOptions): Proof {
  const { from, within = 4 * hour, mostStates = 400_000, mostExamples = 20 } = options;
  const lengthOf = promptLengths(plan);
  const entries = entriesOf(plan);
  const { regimes, complete: everyOne } = everyRegime(plan, from);
  const exploration = explore(
    plan,
    entries.map(({ arrival }) => arrival),
    regimes,
    lengthOf,
    { mostStates, trails: false },
  );
  const { roots, states, complete } = exploration;
  const all = judge(exploration, within);
  const proof = {
    complete: complete && everyOne,
    entries: entries.length,
    regimes: regimes.length,
    states: states.length,
  };
  if (all.broken.length === 0) return { ...proof, counterExamples: [], longest: all.longest };

  // What is broken only where the hours change at every turn is nothing that a call can live through.
  const counterExamples: CounterExample[] = [];
  const told = new Set<string>();
  let longest = 0;
  for (const [index, regime] of regimes.entries()) {
    const judgement = judge(exploration, within, index);
    longest = Math.max(longest, judgement.longest);
    for (const { root, moves, verdict, where } of judgement.broken) {
      const arrival = roots[root]?.arrival;
      const entry = entries.find(each => each.arrival === arrival);
      const key = `${verdict.kind} ${where}`;
      if (entry === undefined || told.has(key) || counterExamples.length >= mostExamples) continue;
      told.add(key);
      const timeline = retell(plan, { entry, regime, moves, lengthOf, verdict });
      counterExamples.push({ entry, regime, verdict, moves, timeline });
    }
  }
  return { ...proof, counterExamples, longest };
}

/** Every number that a trunk brings, for every kind of caller, every internal one, and every code of a calendar. */
export function entriesOf(plan: Dialplan): readonly Entry[] {
  const callers = callersOf(plan).map(number => callerOf(plan, number));
  const outside = plan.numbers.flatMap(({ match, trunk = 'proof', at }: NumberRule): readonly Entry[] => {
    const dialled = numberOf(match);
    const origin = { kind: 'trunk', name: trunk } as const;
    return callers.map(from => ({ dialled, place: at, arrival: { id: 'proof', origin, from, dialled } }));
  });
  const colleague = Object.keys(plan.extensions)[0];
  if (colleague === undefined) return outside;
  const entryFrom = (number: string, dialled: string, place: Position): Entry => ({
    dialled,
    place,
    arrival: { id: 'proof', origin: { kind: 'extension', number }, from: callerOf(plan, number), dialled },
  });
  const inside = Object.entries(plan.internalNumbers).map(([dialled, { at }]) => entryFrom(colleague, dialled, at));
  const codes = Object.entries(plan.calendarCodes ?? {}).flatMap(([dialled, { calendar }]): readonly Entry[] => {
    const { override } = plan.calendars[calendar] ?? {};
    return override === undefined ? [] : [entryFrom(override.by?.[0] ?? colleague, dialled, override.at)];
  });
  return [...outside, ...inside, ...codes];
}

const somebody = '+36301234567';

/** Somebody, and, where the dialplan goes by callers, one for each rule, and one who hides the number. */
function callersOf({ callers = {} }: Dialplan): readonly string[] {
  const rules = Object.values(callers).flatMap(choice => choice.rules);
  const known = rules.flatMap(({ from }) => from.slice(0, 1).map(numberOf));
  return [...new Set([somebody, ...known, ...(rules.some(({ anonymous }) => anonymous) ? [''] : [])])];
}

/** A number that is meant. */
function numberOf(match: NumberMatch): string {
  switch (match.kind) {
    case 'exact':
      return match.number;
    case 'prefix':
      return `${match.prefix}0`;
    case 'pattern':
      return match.pattern.replaceAll('x', '0').replace('*', '');
  }
}
