/**
 * What changes for callers from one dialplan to another: not lines of text, but what they hear, whom they reach, and
 * when. Exhaustive over numbers, over every regime of the calendars (the times between two of their changes), and over
 * all that a caller can press or meet. A call is taken to stay in the regime in which it began.
 */
import type { Instant } from '../../base/clock.ts';
import { showDuration } from '../../base/yaml/duration.ts';
import { numberText } from '../map/ways.ts';
import { matchText, numberMatches } from '../numberMatch.ts';
import type { HandState } from '../override.ts';
import type { Calendar, Dialplan, NumberMatch, Route } from '../plan.ts';
import { compare, type Difference } from './compare.ts';
import { actKey } from './meeting.ts';
import { type Both, type Interval, type Regime, regimesOf, type Side } from './regimes.ts';
import { joined } from './when.ts';

/** Who calls what: a number of ours from outside, an internal number, an extension of a colleague; or a lost call. */
export interface Root {
  readonly kind: 'number' | 'internal' | 'extension' | 'lost';
  readonly number: string;
  /** For callers of these numbers alone, where a rule names them. */
  readonly from?: string;
}

export interface Change extends Difference {
  readonly root: Root;
  /** When, in order; at least one. */
  readonly intervals: readonly Interval[];
  /** What must be set by hand for it; absent: it comes by the timetables. */
  readonly byHand?: Readonly<Record<string, HandState>>;
}

export interface Diff {
  readonly changes: readonly Change[];
  /** Of times and codes that hold for every call, in words. */
  readonly settings: readonly { readonly what: string; readonly before: string; readonly after: string }[];
}

export function diff(plans: Both<Dialplan>, span: Interval): Diff {
  const changes = new Map<
    string,
    Omit<Change, keyof Difference | 'intervals'> & { difference: Difference; intervals: Interval[] }
  >();
  const regimes = regimesOf(plans, span);
  const callers = callersOf(plans);
  for (const root of rootsOf(plans)) {
    const routes = { before: routeOf(plans.before, root), after: routeOf(plans.after, root) };
    const compared = callers.map(({ number }) =>
      onceForEachAnswer(asked =>
        compare(plans, routes, asked, { caller: number, colleague: root.kind === 'extension' }),
      ),
    );
    for (const regime of regimes) {
      const common = new Set<string>();
      for (const [index, caller] of callers.entries()) {
        for (const difference of compared[index]?.(regime) ?? []) {
          const { acts, before, after } = difference;
          const what = JSON.stringify([acts.map(actKey), before, after]);
          // What holds for any caller is not told again for those of a rule.
          if (common.has(what)) continue;
          if (caller.label === undefined) common.add(what);
          const whose: Root = caller.label === undefined ? root : { ...root, from: caller.label };
          const key = JSON.stringify([whose, what]);
          const known = changes.get(key);
          const { byHand } = regime;
          const hands = byHand === undefined ? {} : { byHand };
          if (known === undefined)
            changes.set(key, { root: whose, difference, intervals: [...regime.intervals], ...hands });
          // What comes by itself, or with fewer hands, needs none.
          else if (byHand === undefined) known.intervals.push(...regime.intervals);
        }
      }
    }
  }
  return {
    changes: [...changes.values()].map(({ difference, intervals, ...change }) => ({
      ...change,
      ...difference,
      intervals: joined(intervals),
    })),
    settings: settingsOf(plans),
  };
}

/**
 * Most ways ask for few of the calendars: a comparison that was made in one regime holds in every other one that gives
 * the same answers to the same questions.
 */
function onceForEachAnswer<T>(make: (regime: Pick<Regime, 'isOpen'>) => T): (regime: Pick<Regime, 'isOpen'>) => T {
  const known: { readonly answers: readonly (readonly [Side, string, boolean])[]; readonly made: T }[] = [];
  return regime => {
    const before = known.find(({ answers }) =>
      answers.every(([side, name, open]) => regime.isOpen(side, name) === open),
    );
    if (before !== undefined) return before.made;
    const answers = new Map<string, readonly [Side, string, boolean]>();
    const made = make({
      isOpen(side, name) {
        const open = regime.isOpen(side, name);
        answers.set(`${side} ${name}`, [side, name, open]);
        return open;
      },
    });
    known.push({ answers: [...answers.values()], made });
    return made;
  };
}

interface Caller {
  readonly label: string | undefined;
  readonly number: string;
}

/** A caller whom no rule names, and one for each number that a rule of either dialplan does. */
function callersOf({ before, after }: Both<Dialplan>): readonly Caller[] {
  const named = new Map<string, Caller>();
  for (const { rules } of [...Object.values(before.callers ?? {}), ...Object.values(after.callers ?? {})]) {
    for (const { from, anonymous } of rules) {
      for (const match of from) named.set(matchText(match), { label: matchText(match), number: exampleOf(match) });
      if (anonymous) named.set('anonymous', { label: 'anonymous', number: '' });
    }
  }
  return [{ label: undefined, number: '+0' }, ...named.values()];
}

/** A number that fits, and as few other patterns as can be. */
const exampleOf = (match: NumberMatch): string => matchText(match).replaceAll('x', '7').replace(/\*$/, '770077');

function rootsOf({ before, after }: Both<Dialplan>): readonly Root[] {
  const numbers = new Set([...before.numbers, ...after.numbers].map(numberText));
  const internal = new Set([...Object.keys(before.internalNumbers), ...Object.keys(after.internalNumbers)]);
  const extensions = new Set([...Object.keys(before.extensions), ...Object.keys(after.extensions)]);
  return [
    ...[...numbers].map(number => ({ kind: 'number', number }) as const),
    ...[...internal].map(number => ({ kind: 'internal', number }) as const),
    ...[...extensions].map(number => ({ kind: 'extension', number }) as const),
    { kind: 'lost', number: '' },
  ];
}

function routeOf(plan: Dialplan, { kind, number }: Root): Route | undefined {
  switch (kind) {
    case 'number':
      return ruleFor(plan, number)?.route;
    case 'internal':
      return Object.hasOwn(plan.internalNumbers, number) ? plan.internalNumbers[number] : undefined;
    case 'extension': {
      const extension = Object.hasOwn(plan.extensions, number) ? plan.extensions[number] : undefined;
      return extension && { to: { kind: 'extension', name: number }, at: extension.at };
    }
    case 'lost':
      return plan.transfer.recall.otherwise;
  }
}

/** The rule for a number as it is written in either dialplan; for `+361*`: for those that no other entry names. */
function ruleFor(plan: Dialplan, written: string): Dialplan['numbers'][number] | undefined {
  const exact = plan.numbers.find(rule => numberText(rule) === written);
  if (exact !== undefined) return exact;
  const [, trunk] = written.split('@');
  const number = written.replace(/@.*/s, '').replace(/\*$/, '').replaceAll('x', '7');
  return plan.numbers.find(
    ({ match, trunk: only }) =>
      (only === undefined || only === trunk) &&
      (match.kind === 'prefix'
        ? number.startsWith(match.prefix)
        : match.kind === 'pattern' && numberMatches(match, number)),
  );
}

function settingsOf(plans: Both<Dialplan>): Diff['settings'] {
  const before = settings(plans.before);
  const after = settings(plans.after);
  return Object.keys({ ...after, ...before }).flatMap(what => {
    const [was = 'none', is = 'none'] = [before[what], after[what]];
    return was === is ? [] : [{ what, before: was, after: is }];
  });
}

const settings = ({ company, calendars, transfer, features }: Dialplan): Readonly<Record<string, string>> => ({
  'the name of the company': company.name,
  'the time zone': company.timezone,
  'the country of numbers without a plus': company.country ?? 'none',
  'how long the target of a transfer rings': showDuration(transfer.ringFor),
  'how long the operator rings when a call comes back': showDuration(transfer.recall.ringFor),
  'how often a call comes back': String(transfer.recall.maxReturns),
  'how long a call may be without a person': showDuration(transfer.recall.maxTotal),
  'which failures bring a call back to the operator': [...transfer.recall.on].sort().join(', '),
  'the code for a blind transfer': features.blindTransfer ?? 'none',
  'the code for an attended transfer': features.attendedTransfer ?? 'none',
  'the code that cancels a transfer': features.cancelTransfer ?? 'none',
  'the longest pause within a code': showDuration(features.interDigit),
  ...Object.fromEntries(Object.values(calendars).flatMap(codeSetting)),
});

function codeSetting({ name, override }: Calendar): readonly (readonly [string, string])[] {
  if (override === undefined) return [];
  const { code, until, by } = override;
  const whose = by === undefined ? '' : `, for ${by.join(', ')}`;
  return [
    [
      `the code that opens and closes ${name}`,
      `${code}${until === 'timetable' ? '' : ' until further notice'}${whose}`,
    ],
  ];
}

/** A year from a moment: every week, and every date that comes once a year. */
export const yearFrom = (from: Instant): Interval => ({ from, to: from + 366 * 86_400_000 });
