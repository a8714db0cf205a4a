import type { Duration, Instant } from '../../base/clock.ts';
import { isOpen, nextChange } from '../../dialplan/calendar.ts';
import { noOverrides, type Overrides } from '../../dialplan/override.ts';
import type { Dialplan } from '../../dialplan/plan.ts';

/** Which calendars are open together, and when that is so for the first time; what is not so by itself is so by hand. */
export interface Regime {
  readonly at: Instant;
  readonly open: readonly string[];
  readonly overrides: Overrides;
}

/** A year and a day: every weekday, every date of a year, both changes of the clock. */
export const horizon: Duration = 367 * 86_400_000;
/** A calendar that changes every minute of a year has no more turns than this looked at. */
const mostTurns = 20_000;

/**
 * By the timetables, every combination of open and closed calendars between `from` and the horizon, each with its first instant. Nothing
 * that a call meets differs between two instants of one regime.
 */
export function regimesOf(plan: Dialplan, from: Instant, within: Duration = horizon): readonly Regime[] {
  const { timezone } = plan.company;
  const calendars = Object.values(plan.calendars);
  const open = new Set(calendars.filter(calendar => isOpen(calendar, timezone, from)).map(({ name }) => name));
  const turns: { readonly at: Instant; readonly name: string }[] = [];
  for (const calendar of calendars) {
    let at: Instant | undefined = from;
    for (let count = 0; count < mostTurns; count++) {
      at = nextChange(calendar, timezone, at);
      if (at === undefined || at > from + within) break;
      turns.push({ at, name: calendar.name });
    }
  }
  turns.sort((a, b) => a.at - b.at);
  const found = new Map<string, Regime>();
  const meet = (at: Instant): void => {
    const names = [...open].sort();
    const key = names.join(' ');
    if (!found.has(key)) found.set(key, { at, open: names, overrides: noOverrides });
  };
  meet(from);
  for (const [index, { at, name }] of turns.entries()) {
    if (!open.delete(name)) open.add(name);
    // Calendars that turn at the same instant turn together.
    if (turns[index + 1]?.at !== at) meet(at);
  }
  return [...found.values()];
}
