import type { Instant } from '../../base/clock.ts';
import { isOpen, nextChange } from '../calendar.ts';
import { type HandState, handledCalendars, handsOn } from '../override.ts';
import type { Dialplan } from '../plan.ts';

/** `to` does not count. */
export interface Interval {
  readonly from: Instant;
  readonly to: Instant;
}

/** Which calendars are open: within one regime every call goes by the same ways. */
export interface Regime {
  isOpen(side: Side, calendar: string): boolean;
  readonly intervals: readonly Interval[];
  /** What is set by hand in it; absent: it comes by the timetables. */
  readonly byHand?: Readonly<Record<string, HandState>>;
}

/** Beyond these, what only more hands can make is not looked at. */
const mostRegimes = 512;

export type Side = 'before' | 'after';
export type Both<T> = Readonly<Record<Side, T>>;

/**
 * Every regime of two dialplans in a span of time, in the order in which they first come; after those of the timetables
 * the ones that are made by hand alone.
 */
export function regimesOf(plans: Both<Dialplan>, { from, to }: Interval): readonly Regime[] {
  const flips: { readonly at: Instant; readonly calendar: string }[] = [];
  const open = new Set<string>();
  for (const side of ['before', 'after'] as const) {
    const { calendars, company, schedules } = plans[side];
    const used = new Set(Object.values(schedules).map(({ calendar }) => calendar));
    for (const [name, calendar] of Object.entries(calendars)) {
      if (!used.has(name)) continue;
      const key = `${side}:${name}`;
      if (isOpen(calendar, company.timezone, from)) open.add(key);
      let at = nextChange(calendar, company.timezone, from);
      for (; at !== undefined && at < to; at = nextChange(calendar, company.timezone, at)) {
        flips.push({ at, calendar: key });
      }
    }
  }
  flips.sort((a, b) => a.at - b.at);

  const regimes = new Map<string, { open: ReadonlySet<string>; intervals: Interval[] }>();
  let since = from;
  const close = (until: Instant): void => {
    if (until === since) return;
    const key = [...open].sort().join(' ');
    const known = regimes.get(key);
    if (known === undefined) regimes.set(key, { open: new Set(open), intervals: [{ from: since, to: until }] });
    else known.intervals.push({ from: since, to: until });
    since = until;
  };
  for (const { at, calendar } of flips) {
    close(at);
    if (!open.delete(calendar)) open.add(calendar);
  }
  close(to);
  const byTimetable = [...regimes.values()].map(({ open, intervals }) => ({ open, intervals }));
  return [...byTimetable, ...byHand(plans, byTimetable)].map(({ open, ...regime }) => ({
    isOpen: (side, calendar) => open.has(`${side}:${calendar}`),
    ...regime,
  }));
}

interface Opened {
  readonly open: ReadonlySet<string>;
  readonly intervals: readonly Interval[];
  readonly byHand?: Readonly<Record<string, HandState>>;
}

/** A hand is on a calendar by its name: in both dialplans, where both let somebody set it. */
function byHand(plans: Both<Dialplan>, byTimetable: readonly Opened[]): readonly Opened[] {
  const handled = { before: new Set(handledCalendars(plans.before)), after: new Set(handledCalendars(plans.after)) };
  const known = new Set(byTimetable.map(({ open }) => [...open].sort().join(' ')));
  const found: Opened[] = [];
  for (const names of handsOn([...new Set([...handled.after, ...handled.before])])) {
    for (const { open, intervals } of byTimetable) {
      const now = new Set(open);
      const states: Record<string, HandState> = {};
      for (const name of names) {
        const first = handled.after.has(name) ? 'after' : 'before';
        const state = open.has(`${first}:${name}`) ? 'closed' : 'open';
        states[name] = state;
        for (const side of ['before', 'after'] as const) {
          if (!handled[side].has(name)) continue;
          if (state === 'open') now.add(`${side}:${name}`);
          else now.delete(`${side}:${name}`);
        }
      }
      const key = [...now].sort().join(' ');
      if (known.has(key)) continue;
      if (known.size >= mostRegimes) return found;
      known.add(key);
      found.push({ open: now, intervals, byHand: states });
    }
  }
  return found;
}
