import type { Instant } from '../../base/clock.ts';
import { handledCalendars, handsOn, type Override } from '../../dialplan/override.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { rehearsed } from '../simulator/hands.ts';
import { type Regime, regimesOf } from './regimes.ts';

/** More than this many combinations of open and closed calendars are not looked at. */
const mostRegimes = 1024;

/**
 * The regimes of the timetables, and those that somebody can make of them by hand: every combination of open and closed
 * calendars that can come, each with the fewest hands. `complete` is false where there are more than are looked at.
 */
export function everyRegime(
  plan: Dialplan,
  from: Instant,
): { readonly regimes: readonly Regime[]; readonly complete: boolean } {
  const byTimetable = regimesOf(plan, from);
  const keyOf = (open: readonly string[]): string => open.join(' ');
  const found = new Map(byTimetable.map(regime => [keyOf(regime.open), regime]));
  for (const turned of handsOn(handledCalendars(plan))) {
    for (const regime of byTimetable) {
      const made = turnedOver(regime, turned);
      if (found.has(keyOf(made.open))) continue;
      if (found.size >= mostRegimes) return { regimes: [...found.values()], complete: false };
      found.set(keyOf(made.open), made);
    }
  }
  return { regimes: [...found.values()], complete: true };
}

/** A regime in which these calendars say the opposite, and stay so. */
function turnedOver({ at, open: before }: Regime, names: readonly string[]): Regime {
  const overrides: Record<string, Override> = {};
  const open = new Set(before);
  for (const name of names) {
    const state = open.has(name) ? 'closed' : 'open';
    overrides[name] = { state, by: rehearsed, since: at, until: undefined };
    if (state === 'open') open.add(name);
    else open.delete(name);
  }
  return { at, open: [...open].sort(), overrides };
}
