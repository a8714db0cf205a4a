/** The codes that open and close a calendar by hand: dialled by a colleague, done at once, and told what holds now. */
import { isOpen } from '../../dialplan/calendar.ts';
import { type Override, overrideAt, overrideFrom } from '../../dialplan/override.ts';
import type { OverridePrompt } from '../../dialplan/overridePrompts.ts';
import type { Calendar, CalendarCode, Dialplan } from '../../dialplan/plan.ts';
import { guards, type LegId } from '../call.ts';
import type { Arrival } from '../step.ts';
import type { Turn } from '../turn.ts';
import { say } from './announcing.ts';
import { entry } from './go.ts';

/** From outside, and for whoever is transferred, there are no such codes. */
export function calendarDialled(plan: Dialplan, { origin, dialled }: Arrival): CalendarCode | undefined {
  const codes = plan.calendarCodes;
  return origin.kind === 'extension' && codes !== undefined && Object.hasOwn(codes, dialled)
    ? codes[dialled]
    : undefined;
}

export function enterCalendarCode(turn: Turn, { calendar: name, act }: CalendarCode, party: LegId): void {
  const calendar = entry(turn.plan.calendars, name);
  const { extension } = turn.known(party).who;
  const { override } = calendar;
  if (override === undefined || extension === undefined || override.by?.includes(extension) === false) {
    turn.end(
      { result: 'refused', reason: 'this extension may not open and close the calendar', by: 'system' },
      { status: 403, text: 'Forbidden' },
    );
    return;
  }
  const { language } = turn.call;
  turn.note({ time: turn.now, kind: 'entered', node: `calendar:${name}`, language, position: override.at });
  const before = overrideAt(turn.shared.overrides, name, turn.now);
  const after = act === 'tell' ? before : overrideBy(turn, calendar, act, { before, extension });
  if (act !== 'tell') {
    turn.effect({ kind: 'setCalendar', calendar: name, override: after });
    turn.note({
      time: turn.now,
      kind: 'calendarSet',
      calendar: name,
      to: after?.state ?? 'timetable',
      until: after?.until,
    });
  }
  const playId = say(turn, party, [promptFor(turn, calendar, after), 'overrideGoodbye' satisfies OverridePrompt]);
  turn.enter({ kind: 'announcing', party, playId, then: undefined });
  turn.setTimer('prompt', guards.prompt, 'the prompt does not end');
}

/** What holds after the act; undefined: the timetable. */
function overrideBy(
  { plan, now }: Turn,
  calendar: Calendar,
  act: Exclude<CalendarCode['act'], 'tell'>,
  { before, extension }: { readonly before: Override | undefined; readonly extension: string },
): Override | undefined {
  const { timezone } = plan.company;
  const set = (state: Override['state']): Override =>
    overrideFrom(calendar, timezone, { state, by: extension, at: now });
  switch (act) {
    case 'timetable':
      return undefined;
    case 'open':
    case 'closed':
      return set(act);
    case 'toggle':
      if (before !== undefined) return undefined;
      return set(isOpen(calendar, timezone, now) ? 'closed' : 'open');
  }
}

function promptFor({ plan, now }: Turn, calendar: Calendar, override: Override | undefined): OverridePrompt {
  if (override === undefined) {
    return isOpen(calendar, plan.company.timezone, now) ? 'overrideTimetableOpen' : 'overrideTimetableClosed';
  }
  const further = override.until === undefined;
  if (override.state === 'open') return further ? 'overrideOpenFurther' : 'overrideOpen';
  return further ? 'overrideClosedFurther' : 'overrideClosed';
}
