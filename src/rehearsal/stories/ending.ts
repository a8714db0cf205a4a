import { isDeepStrictEqual } from 'node:util';
import { showDuration } from '../../base/yaml/duration.ts';
import { type Moment, outsider } from '../timeline/moment.ts';
import type { Ends } from './grammar.ts';
import type { Stage } from './stage.ts';

/** What of the end of a call is not as its story says. */
export function endFailures(stage: Stage, ends: Ends): readonly string[] {
  const { phase } = stage.call;
  if (phase.kind !== 'ended') return [`the call does not end: it is ${phase.kind}`];
  const failures: string[] = [];
  const differs = (what: string, expected: unknown, actual: unknown): void => {
    if (!isDeepStrictEqual(expected, actual)) failures.push(`${what} is ${show(actual)}, not ${show(expected)}`);
  };
  const { termination } = phase;
  differs('the result', ends.result, termination.result);
  if (ends.by !== undefined) differs('by', ends.by, termination.by);
  if (ends.talkedWith !== undefined) differs('talkedWith', ends.talkedWith, talkedWith(stage.moments));
  if (ends.language !== undefined) differs('the language', ends.language, stage.call.language);
  if (ends.returns !== undefined) differs('returns', ends.returns, stage.call.returns);
  if (ends.through !== undefined) differs('through', ends.through, inOrder(ends.through, nodesOf(stage)));
  const record = stage.moments.findLast(moment => moment.kind === 'ended' && moment.callId === stage.call.id);
  if (record?.kind === 'ended') {
    if (ends.within !== undefined && record.record.duration > ends.within) {
      failures.push(`the call lasts ${showDuration(record.record.duration)}, longer than ${showDuration(ends.within)}`);
    }
    if (ends.record !== undefined) failures.push(...differences('record', ends.record, record.record));
  }
  return failures;
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

const nodesOf = (stage: Stage): readonly string[] =>
  stage.moments.flatMap(moment => (moment.kind === 'entered' ? [moment.node] : []));

/** Those of `expected` that `actual` has, in the order of `actual`: the same as `expected` where it is a part of it. */
function inOrder(expected: readonly string[], actual: readonly string[]): readonly string[] {
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
