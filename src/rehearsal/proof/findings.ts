import type { Instant } from '../../base/clock.ts';
import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import { showDuration } from '../../base/yaml/duration.ts';
import { type FindingCode, finding } from '../../dialplan/catalogue.ts';
import { handsText, statesOf } from '../../dialplan/override.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { headOf, linesOf } from '../timeline/page.ts';
import { showWall } from '../timeline/wallClock.ts';
import type { Verdict } from './judge.ts';
import { type CounterExample, type Proof, prove } from './prove.ts';

export const proofCodes = {
  forEver: 'CALLER_GOES_ROUND',
  silence: 'CALLER_IN_SILENCE',
  dropped: 'CALLER_DROPPED',
  tooLong: 'CALLER_WAITS_LONG',
  broken: 'CALL_BREAKS',
  incomplete: 'NOT_PROVED',
} as const satisfies Readonly<Record<Verdict['kind'] | 'incomplete', FindingCode>>;

/** Ten times what two hundred menus have: the time of a proof is bounded. */
const mostStates = 100_000;

/** What a proof of the plan finds, from `now` on; `file` is the name of its dialplan. */
export const proofFindings = (plan: Dialplan, file: string, now: Instant): readonly Diagnostic[] =>
  findingsOfProof(prove(plan, { from: now - (now % 60_000), mostStates }), file);

/** What a proof of the dialplan in `file` has found: a finding for each way on which a caller is lost. */
export function findingsOfProof(proof: Proof, file: string): readonly Diagnostic[] {
  const found = proof.counterExamples.map(findingOf);
  if (proof.complete) return found;
  const message = `not proved: the proof ended after ${proof.states.toLocaleString('en')} states of calls`;
  return [...found, finding(proofCodes.incomplete, { file, line: 1, col: 1 }, message)];
}

function findingOf(example: CounterExample): Diagnostic {
  const { entry, regime, verdict, timeline } = example;
  const when = showWall(regime.at, timeline.timezone).slice(0, 'yyyy-mm-ddThh:mm'.length);
  const hands = handsText(statesOf(regime.overrides));
  const message = `${when}${hands === '' ? '' : ` (${hands})`}, a call to ${entry.dialled}${actsOf(example)}: ${inWords(verdict)}`;
  const lines = linesOf(timeline);
  return {
    ...finding(proofCodes[verdict.kind], placeOf(example), message),
    details: [headOf(timeline), ...shortened(lines, verdict)],
  };
}

/** What leads there, but for waiting. */
function actsOf({ moves }: CounterExample): string {
  const acts = moves.flatMap(move => {
    if (move.kind === 'press') return [`press ${move.keys}`];
    return move.kind === 'fail' ? [failures[move.reason]] : [];
  });
  return acts.length === 0 ? '' : `, ${acts.join(', ')}`;
}

const failures = {
  busy: 'who rings is busy',
  noAnswer: 'who rings does not answer',
  declined: 'who rings declines',
  unreachable: 'who rings is unreachable',
} as const;

function inWords(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'forEver':
      return 'who presses nothing any more goes round for ever';
    case 'silence':
      return 'nothing happens any more';
    case 'dropped':
      return `the caller is dropped (${verdict.reason})`;
    case 'tooLong':
      return `who presses nothing any more is on the way for ${showDuration(verdict.takes)}`;
    case 'broken':
      return `the call breaks (${verdict.error})`;
  }
}

/** Where it goes wrong: the last place of the dialplan to which the call comes. */
function placeOf({ entry, verdict, timeline }: CounterExample): Diagnostic['at'] {
  if (verdict.kind === 'tooLong') return entry.place;
  return (
    timeline.moments.findLast(({ kind, place }) => kind === 'entered' && place !== undefined)?.place ?? entry.place
  );
}

const mostLines = 24;

/** A call as long as a page of a terminal: its beginning, and, where it has one, its end. */
function shortened(lines: readonly string[], { kind }: Verdict): readonly string[] {
  if (kind === 'forEver') return [...lines.slice(0, mostLines), '… and so on, for ever'];
  if (lines.length <= mostLines) return lines;
  const half = mostLines / 2;
  return [...lines.slice(0, half), `… (${lines.length - mostLines} lines more)`, ...lines.slice(-half)];
}
