import { wallClock, weekdayOf } from '../calendar/moment.ts';
import { handsText } from '../override.ts';
import type { Dialplan, FailureReason } from '../plan.ts';
import type { Change, Diff, Root } from './diff.ts';
import { type Act, shortened } from './meeting.ts';
import type { Both, Interval } from './regimes.ts';
import { whenText } from './when.ts';

export interface Names {
  /** The paths of the two dialplans, as a person would write them. */
  readonly files: Both<string>;
  readonly plans: Both<Dialplan>;
  readonly span: Interval;
}

/** In callers' terms, one paragraph for whatever is dialled, with a call to simulate for each change. */
export function diffText({ changes, settings }: Diff, names: Names): string {
  if (changes.length === 0 && settings.length === 0) return 'nothing changes for anyone';
  const paragraphs = new Map<string, Map<string, Told[]>>();
  for (const change of changes) {
    const times = entryOf(paragraphs, rootText(change.root), () => new Map<string, Told[]>());
    entryOf(times, timeText(change, names), () => []).push(toldOf(change, names));
  }
  const told = withoutRepeats([...paragraphs].map(([root, times]) => ({ root, times: [...times] })));
  if (settings.length > 0) {
    const lines = settings.map(({ what, before, after }) => `  ${what}: ${after} instead of ${before}`);
    told.push(['for every call', ...lines].join('\n'));
  }
  return told.join('\n\n');
}

interface Told {
  readonly lines: readonly string[];
  readonly example: string | undefined;
}

interface Paragraph {
  readonly root: string;
  readonly times: readonly (readonly [string, readonly Told[]])[];
}

/** Numbers for which the very same changes are one paragraph; the examples are those of the first. */
function withoutRepeats(paragraphs: readonly Paragraph[]): string[] {
  const alike = new Map<string, Paragraph[]>();
  for (const paragraph of paragraphs) {
    const key = JSON.stringify(paragraph.times.map(([time, told]) => [time, told.map(({ lines }) => lines)]));
    entryOf(alike, key, () => []).push(paragraph);
  }
  return [...alike.values()].map(same => {
    const [first] = same;
    const lines = (first?.times ?? []).flatMap(([time, told]) => [
      `  ${time}`,
      ...told.flatMap(({ lines, example }) => [...lines, ...(example === undefined ? [] : [`      ${example}`])]),
    ]);
    return [same.map(({ root }) => root).join('\n'), ...lines].join('\n');
  });
}

function entryOf<Value>(things: Map<string, Value>, key: string, create: () => Value): Value {
  const known = things.get(key);
  if (known !== undefined) return known;
  const made = create();
  things.set(key, made);
  return made;
}

function timeText({ intervals, byHand }: Change, { plans, span }: Names): string {
  if (byHand !== undefined) return `with ${handsText(byHand)}`;
  const { timezone } = plans.after.company;
  const [first] = intervals;
  const when = whenText(intervals, span, timezone);
  if (first === undefined || first.from === span.from) return when;
  return `${when} (from ${weekdayOf(first.from, timezone)} ${wallClock(first.from, timezone).replace('T', ' ')})`;
}

function toldOf(change: Change, names: Names): Told {
  const acts = change.acts.map(actText).join(', then ');
  const [after, before] = [shortened(change.after, change.before), shortened(change.before, change.after)];
  return {
    lines: [`    ${acts === '' ? '' : `${acts}: `}${after}`, `      instead of: ${before}`],
    example: exampleOf(change, names),
  };
}

function rootText({ kind, number, from }: Root): string {
  const who = from === undefined ? '' : ` who calls from ${from}`;
  switch (kind) {
    case 'number':
      return `a caller of ${number}${who}`;
    case 'internal':
      return `a colleague who dials ${number}`;
    case 'extension':
      return `a colleague who calls ${number}`;
    case 'lost':
      return 'a caller whose transfer nobody takes back';
  }
}

const reasonText: Readonly<Record<FailureReason, string>> = {
  busy: 'is busy',
  noAnswer: 'does not answer',
  declined: 'declines',
  unreachable: 'cannot be reached',
};

function actText(act: Act): string {
  switch (act.kind) {
    case 'presses':
      return `presses ${act.digits}`;
    case 'dials':
      return `dials ${act.extension}`;
    case 'spells':
      return `spells the name of ${act.extension} (${act.digits})`;
    case 'pressesNothing':
      return 'presses nothing';
    case 'pressesWrongKeys':
      return 'presses wrong keys';
    case 'listens':
      return 'listens to the end';
    case 'fails':
      return `${act.extension} ${reasonText[act.reason]}`;
    case 'nobodyAnswers':
      return 'nobody answers';
    case 'waits':
      return 'waits to the end';
  }
}

/** A command that plays the call of a change; undefined where what leads there cannot be told to it. */
function exampleOf({ root, acts, intervals, byHand = {} }: Change, { files, plans }: Names): string | undefined {
  const [first] = intervals;
  if (first === undefined || root.kind === 'lost' || /[x*@]/.test(root.number)) return undefined;
  const words = ['kozpont simulate', `--dialplan ${quoted(files.after)}`];
  if (root.from !== undefined) {
    if (/[x*]|anonymous/.test(root.from)) return undefined;
    words.push(`--from ${quoted(root.from)}`);
  } else if (root.kind !== 'number') {
    const colleague = Object.keys(plans.after.extensions).find(number => number !== root.number);
    if (colleague === undefined) return undefined;
    words.push(`--from ${quoted(colleague)}`);
  }
  words.push(`--to ${quoted(root.number)}`, `--at ${wallClock(first.from + 59_999, plans.after.company.timezone)}`);
  for (const [calendar, state] of Object.entries(byHand)) words.push(`--override ${quoted(`${calendar}=${state}`)}`);
  const silent = new Map<string, FailureReason>();
  for (const [index, act] of acts.entries()) {
    if (act.kind === 'presses') words.push(`--press ${quoted(act.digits)}`);
    if (act.kind === 'spells') words.push(`--press ${quoted(`${act.digits}#`)}`);
    if (act.kind === 'dials') words.push(`--press ${quoted(act.extension)}`);
    if (act.kind === 'fails') silent.set(act.extension, act.reason);
    if (act.kind === 'nobodyAnswers') for (const member of act.members) silent.set(member, 'noAnswer');
    if (act.kind === 'waits') words.push('--everyone noAnswer');
    // A key after a wait without one, or after wrong ones, cannot be told apart from a key at once.
    const later = acts.slice(index + 1).some(({ kind }) => kind === 'presses' || kind === 'dials' || kind === 'spells');
    if (act.kind === 'pressesWrongKeys' || (act.kind === 'pressesNothing' && later)) return undefined;
  }
  for (const [extension, reason] of silent) words.push(`--extension ${quoted(`${extension}=${reason}`)}`);
  return words.join(' ');
}

const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
