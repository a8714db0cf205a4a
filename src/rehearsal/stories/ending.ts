import { isDeepStrictEqual } from 'node:util';
import type { Duration } from '../../base/clock.ts';
import { showDuration } from '../../base/yaml/duration.ts';
import type { CallRecord } from '../../call/record.ts';
import type { Termination, TerminationResult } from '../../call/termination.ts';
import { type Moment, outsider } from '../timeline/moment.ts';
import type { Ends } from './grammar.ts';
import type { Stage } from './stage.ts';

/** What is known of how a call ended. What is not known is not there. */
export interface Ending {
  readonly result?: TerminationResult | undefined;
  readonly by?: Termination['by'] | undefined;
  readonly talkedWith?: readonly string[];
  readonly language?: string;
  readonly returns?: number;
  /** The places of the dialplan through which the call went, in their order. */
  readonly through?: readonly string[];
  readonly lasted?: Duration;
  readonly record?: CallRecord;
}

/** Of a call that has ended in virtual time: all of it is known, and found out where `ends` asks for it. */
export function endingOf({ moments, call }: Stage, { result, by }: Termination, ends: Ends): Ending {
  const { language, returns, id } = call;
  const ended = moments.findLast(moment => moment.kind === 'ended' && moment.callId === id);
  const asksForRecord = ends.within !== undefined || ends.record !== undefined;
  return {
    result,
    by,
    language,
    returns,
    ...(ends.talkedWith === undefined ? {} : { talkedWith: talkedWith(moments) }),
    ...(ends.through === undefined ? {} : { through: nodesOf(moments) }),
    ...(asksForRecord && ended?.kind === 'ended' ? { lasted: ended.record.duration, record: ended.record } : {}),
  };
}

const nodesOf = (moments: readonly Moment[]): readonly string[] =>
  moments.flatMap(moment => (moment.kind === 'entered' ? [moment.node] : []));

/** What of the end of a call is not as its story says, as far as it is known. */
export function endFailures(ends: Ends, ending: Ending): readonly string[] {
  const failures: string[] = [];
  const differs = (what: string, expected: unknown, actual: unknown): void => {
    if (expected === undefined || actual === undefined || isDeepStrictEqual(expected, actual)) return;
    failures.push(`${what} is ${show(actual)}, not ${show(expected)}`);
  };
  const { through, lasted, record } = ending;
  differs('the result', ends.result, ending.result);
  differs('by', ends.by, ending.by);
  differs('talkedWith', ends.talkedWith, ending.talkedWith);
  differs('the language', ends.language, ending.language);
  differs('returns', ends.returns, ending.returns);
  if (ends.through !== undefined && through !== undefined) {
    differs('through', ends.through, inOrder(ends.through, through));
  }
  if (ends.within !== undefined && lasted !== undefined && lasted > ends.within) {
    failures.push(`the call lasts ${showDuration(lasted)}, longer than ${showDuration(ends.within)}`);
  }
  if (ends.record !== undefined && record !== undefined) failures.push(...differences('record', ends.record, record));
  return failures;
}

/** The parts of an end that a story tells of, and of which nothing is known. */
export function unknownOf(ends: Ends, ending: Ending): readonly string[] {
  const { result, by, talkedWith, language, returns, through, lasted, record } = ending;
  const known = { result, by, talkedWith, language, returns, through, within: lasted, record };
  const keys = Object.keys(known) as (keyof typeof known)[];
  return keys.filter(key => ends[key] !== undefined && known[key] === undefined);
}

/** Those whom the caller heard, each once, in their order. */
export function talkedWith(moments: readonly Moment[]): readonly string[] {
  const arrival = moments.find(moment => moment.kind === 'called');
  const caller = arrival?.kind === 'called' ? arrival.by : outsider;
  const found = new Set<string>();
  for (const moment of moments) {
    if (moment.kind !== 'joined' || !moment.who.includes(caller)) continue;
    for (const who of moment.who) if (who !== caller) found.add(who);
  }
  return [...found];
}

/** `expected`, where its parts are in `actual` in this order; else `actual`. */
export function inOrder(expected: readonly string[], actual: readonly string[]): readonly string[] {
  let next = 0;
  for (const node of actual) if (node === expected[next]) next += 1;
  return next === expected.length ? expected : actual;
}

/** Where a value lacks what is expected of it; what is not named may be anything. */
function differences(path: string, expected: unknown, actual: unknown): readonly string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path} is ${show(actual)}, not ${show(expected)}`];
    // A list is expected in its order; what stands between is not named.
    let from = 0;
    for (const [index, item] of expected.entries()) {
      const found = actual.findIndex((each, at) => at >= from && differences('', item, each).length === 0);
      if (found < 0) return [`${path} has no ${show(item)}${index > 0 ? ' after the one before' : ''}`];
      from = found + 1;
    }
    return [];
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return [`${path} is ${show(actual)}, not ${show(expected)}`];
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(`${path}.${key}`, value, Object.hasOwn(actual, key) ? actual[key as keyof typeof actual] : undefined),
    );
  }
  return Object.is(expected, actual) ? [] : [`${path} is ${show(actual)}, not ${show(expected)}`];
}

const show = (value: unknown): string => (value === undefined ? 'not there' : JSON.stringify(value));
