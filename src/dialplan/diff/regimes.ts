import type { Instant } from '../../base/clock.ts';
import { isOpen, nextChange } from '../calendar.ts';
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
}

export type Side = 'before' | 'after';
export type Both<T> = Readonly<Record<Side, T>>;

/** Every regime of two dialplans in a span of time, in the order in which they first come. */
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
  return [...regimes.values()].map(regime => ({
    isOpen: (side, calendar) => regime.open.has(`${side}:${calendar}`),
    intervals: regime.intervals,
  }));
}
