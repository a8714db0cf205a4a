import { wallClock } from '../calendar/moment.ts';
import type { Interval } from './regimes.ts';

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const week = 7 * 86_400_000;
const day = 86_400_000;
const mostDates = 4;

/** Neighbours that touch become one. */
export function joined(intervals: readonly Interval[]): readonly Interval[] {
  const inOrder = [...intervals].sort((a, b) => a.from - b.from);
  const found: Interval[] = [];
  for (const interval of inOrder) {
    const last = found.at(-1);
    if (last !== undefined && interval.from <= last.to) {
      found[found.length - 1] = { from: last.from, to: Math.max(last.to, interval.to) };
    } else found.push(interval);
  }
  return found;
}

/**
 * When, in words: "at any time", "Mon–Thu 16:00–17:00", or dates. `intervals` are joined, and lie within `whole`. What
 * comes in at least half of the weeks is told as a habit of the week.
 */
export function whenText(intervals: readonly Interval[], whole: Interval, timezone: string): string {
  const [only] = intervals;
  if (intervals.length === 1 && only?.from === whole.from && only.to === whole.to) return 'at any time';
  const weeks = (whole.to - whole.from) / week;
  const habits = new Map<string, { readonly habit: Habit; count: number }>();
  const rare: Interval[] = [];
  for (const interval of intervals) {
    const habit = habitOf(interval, timezone);
    const key = JSON.stringify(habit);
    const known = habits.get(key);
    if (known === undefined) habits.set(key, { habit, count: 1 });
    else known.count += 1;
  }
  const weekly = new Set([...habits].filter(([, { count }]) => weeks >= 2 && count >= weeks / 2).map(([key]) => key));
  for (const interval of intervals) {
    // The first and the last are cut off by the span that is looked at.
    const cut = interval.from === whole.from || interval.to === whole.to;
    if (!weekly.has(JSON.stringify(habitOf(interval, timezone))) && !(cut && weekly.size > 0)) rare.push(interval);
  }
  const told = habitsText([...weekly].flatMap(key => habits.get(key)?.habit ?? []));
  const dates = rare.slice(0, mostDates).map(interval => datesText(interval, timezone));
  if (rare.length > mostDates) dates.push(`${rare.length - mostDates} more times`);
  return [...told, ...dates].join('; ');
}

interface Habit {
  readonly day: number;
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

function habitOf({ from, to }: Interval, timezone: string): Habit {
  const [begin, end] = [wallClock(from, timezone), wallClock(to, timezone)];
  const beginDay = Date.parse(`${begin.slice(0, 10)}T00:00:00Z`) / day;
  const endDay = Date.parse(`${end.slice(0, 10)}T00:00:00Z`) / day;
  return { day: (beginDay + 3) % 7, from: begin.slice(11), to: end.slice(11), days: endDay - beginDay };
}

function habitsText(habits: readonly Habit[]): readonly string[] {
  const alike = new Map<string, Habit[]>();
  for (const habit of habits) {
    const key = `${habit.from} ${habit.to} ${habit.days}`;
    alike.set(key, [...(alike.get(key) ?? []), habit]);
  }
  return [...alike.values()].map(team => {
    const [first] = team;
    if (first === undefined) return '';
    const { from, to, days: over } = first;
    const which = daysText(team.map(habit => habit.day));
    if (over === 0) return `${which} ${from}–${to}`;
    if (over === 1) return to === '00:00' ? `${which} ${from}–24:00` : `${which} ${from}–${to} the next day`;
    return team.map(habit => `${days[habit.day]} ${from} – ${days[(habit.day + over) % 7]} ${to}`).join(', ');
  });
}

/** `Mon–Thu`, `Mon, Wed`, `every day`. */
function daysText(which: readonly number[]): string {
  const sorted = [...new Set(which)].sort((a, b) => a - b);
  if (sorted.length === 7) return 'every day';
  const runs: number[][] = [];
  for (const each of sorted) {
    const run = runs.at(-1);
    if (run?.at(-1) === each - 1) run.push(each);
    else runs.push([each]);
  }
  return runs
    .map(run =>
      run.length > 2 ? `${days[run[0] ?? 0]}–${days[run.at(-1) ?? 0]}` : run.map(each => days[each]).join(', '),
    )
    .join(', ');
}

function datesText({ from, to }: Interval, timezone: string): string {
  const [begin, end] = [wallClock(from, timezone).replace('T', ' '), wallClock(to, timezone).replace('T', ' ')];
  return begin.slice(0, 10) === end.slice(0, 10) ? `${begin}–${end.slice(11)}` : `${begin} – ${end}`;
}
