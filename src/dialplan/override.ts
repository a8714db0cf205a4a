/**
 * Opening and closing by hand. What a receptionist dials goes before the timetable, until the timetable itself turns to
 * the same: who closes at three is closed until tomorrow's opening, who keeps open past five is open until it opens
 * anyway. So a hand that was forgotten is forgotten for a day, and never closes a company for ever.
 */
import type { Instant } from '../base/clock.ts';
import { isOpen, nextChange } from './calendar.ts';
import type { Calendar, Dialplan } from './plan.ts';

export type HandState = 'open' | 'closed';

/** A calendar that somebody has opened or closed. */
export interface Override {
  readonly state: HandState;
  /** The number of the extension. */
  readonly by: string;
  readonly since: Instant;
  /** The first instant at which it counts no longer; undefined: until further notice. */
  readonly until: Instant | undefined;
}

/** By the name of the calendar. Belongs to no dialplan: it outlives them. */
export type Overrides = Readonly<Record<string, Override>>;

export const noOverrides: Overrides = {};

/** The override that counts at an instant. */
export function overrideAt(overrides: Overrides, calendar: string, at: Instant): Override | undefined {
  const override = Object.hasOwn(overrides, calendar) ? overrides[calendar] : undefined;
  return override !== undefined && (override.until === undefined || at < override.until) ? override : undefined;
}

/** By hand where somebody has opened or closed it, else by the timetable. */
export function isOpenNow(calendar: Calendar, timezone: string, overrides: Overrides, at: Instant): boolean {
  const override = overrideAt(overrides, calendar.name, at);
  return override === undefined ? isOpen(calendar, timezone, at) : override.state === 'open';
}

/** Opened or closed at this instant, as long as the calendar says. */
export function overrideFrom(
  calendar: Calendar,
  timezone: string,
  { state, by, at }: { readonly state: HandState; readonly by: string; readonly at: Instant },
): Override {
  const until = calendar.override?.until === 'furtherNotice' ? undefined : turnTo(calendar, timezone, state, at);
  return { state, by, since: at, until };
}

/** When the timetable next turns to `state`; undefined where it never does. */
function turnTo(calendar: Calendar, timezone: string, state: HandState, at: Instant): Instant | undefined {
  const change = nextChange(calendar, timezone, at);
  if (change === undefined || isOpen(calendar, timezone, change) === (state === 'open')) return change;
  return nextChange(calendar, timezone, change);
}

/** Those that still count, and that a dialplan still lets somebody take back. */
export function keptOverrides(
  overrides: Overrides,
  { calendars }: Pick<Dialplan, 'calendars'>,
  at: Instant,
): Overrides {
  const kept = Object.entries(overrides).filter(
    ([name]) =>
      overrideAt(overrides, name, at) !== undefined &&
      Object.hasOwn(calendars, name) &&
      calendars[name]?.override !== undefined,
  );
  return Object.fromEntries(kept);
}

/** The same overrides, with one calendar set or given back to its timetable. */
export function withOverride(overrides: Overrides, calendar: string, override: Override | undefined): Overrides {
  const { [calendar]: _, ...others } = overrides;
  return override === undefined ? others : { ...others, [calendar]: override };
}

/** What each calendar is set to, without who and when. */
export const statesOf = (overrides: Overrides): Readonly<Record<string, HandState>> =>
  Object.fromEntries(Object.entries(overrides).map(([name, { state }]) => [name, state]));

/** In words: "office closed by hand". */
export const handsText = (states: Readonly<Record<string, HandState>>): string =>
  Object.entries(states)
    .map(([name, state]) => `${name} ${state} by hand`)
    .join(', ');

/**
 * Which calendars of `names` are turned over by hand, in every combination there is but none at all: those with the
 * fewest hands first.
 */
export function* handsOn(names: readonly string[]): Generator<readonly string[]> {
  for (let hands = 1; hands <= names.length; hands++) yield* chosen(names, hands);
}

function* chosen(names: readonly string[], count: number): Generator<readonly string[]> {
  if (count === 0) yield [];
  for (const [index, name] of count === 0 ? [] : names.entries()) {
    for (const rest of chosen(names.slice(index + 1), count - 1)) yield [name, ...rest];
  }
}

/** The calendars that calls go by and that can be opened and closed by hand. */
export function handledCalendars({
  calendars,
  schedules,
}: Pick<Dialplan, 'calendars' | 'schedules'>): readonly string[] {
  const used = new Set(Object.values(schedules).map(({ calendar }) => calendar));
  return Object.values(calendars).flatMap(({ name, override }) =>
    override !== undefined && used.has(name) ? [name] : [],
  );
}

/** What can be dialled of a calendar: its code as it is, and its code with one more key. */
export const codeActs = { '': 'toggle', '0': 'timetable', '1': 'open', '2': 'closed', '3': 'tell' } as const;
export type CodeAct = (typeof codeActs)[keyof typeof codeActs];

/** Every number that a code takes up, with what it does. */
export const numbersOfCode = (code: string): readonly (readonly [number: string, act: CodeAct])[] =>
  Object.entries(codeActs).map(([key, act]) => [`${code}${key}`, act]);
