import type { Instant } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type HandState, type Override, type Overrides, overrideFrom } from '../../dialplan/override.ts';
import type { Dialplan } from '../../dialplan/plan.ts';

/** Who has set what a rehearsal begins with. */
export const rehearsed = 'rehearsal';

/** As if somebody had just dialled it: it holds as long as the calendar says. */
export function overridesAt(plan: Dialplan, states: Readonly<Record<string, HandState>>, at: Instant): Overrides {
  const overrides: Record<string, Override> = {};
  for (const [name, state] of Object.entries(states)) {
    const calendar = Object.hasOwn(plan.calendars, name) ? plan.calendars[name] : undefined;
    if (calendar === undefined) throw new RangeError(`no calendar ${name}`);
    overrides[name] = overrideFrom(calendar, plan.company.timezone, { state, by: rehearsed, at });
  }
  return overrides;
}

/** Why the calendar cannot be set by hand; undefined: it can. */
export function objectionToOverride({ calendars }: Dialplan, name: string): string | undefined {
  const calendar = Object.hasOwn(calendars, name) ? calendars[name] : undefined;
  if (calendar === undefined) return `there is no calendar ${name}`;
  return calendar.override === undefined ? `the calendar ${name} has no override` : undefined;
}

/** `office=closed`, several of them. The error is a line for who wrote it. */
export function parseOverrides(
  plan: Dialplan,
  written: readonly string[],
): Result<Readonly<Record<string, HandState>>, string> {
  const states: Record<string, HandState> = {};
  for (const text of written) {
    const [name = '', state = '', ...more] = text.split('=');
    if (more.length > 0 || (state !== 'open' && state !== 'closed')) {
      return fail(`${JSON.stringify(text)} is not written office=open or office=closed`);
    }
    const objection = objectionToOverride(plan, name);
    if (objection !== undefined) return fail(objection);
    states[name] = state;
  }
  return ok(states);
}
