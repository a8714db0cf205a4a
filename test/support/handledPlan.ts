import { numbersOfCode } from '../../src/dialplan/override.ts';
import { overridePromptNames } from '../../src/dialplan/overridePrompts.ts';
import type { Calendar, CalendarOverride, Dialplan } from '../../src/dialplan/plan.ts';
import { officePlan } from './plan.ts';

const at = { file: 'office.yaml', line: 1, col: 1 };

/** Monday to Friday from eight to five. */
export const officeHours: Calendar['week'] = [0, 1, 2, 3, 4].map(() => [{ from: 480, to: 1020 }]).concat([[], []]);

/** The office, whose calendar can be opened and closed by hand with `*28`. */
export function handledPlan(
  change: Partial<CalendarOverride> = {},
  { week = officeHours, plan = {} }: { readonly week?: Calendar['week']; readonly plan?: Partial<Dialplan> } = {},
): Dialplan {
  const override: CalendarOverride = { code: '*28', until: 'timetable', at, ...change };
  const always: Calendar = { name: 'always', week, exceptions: {}, yearly: {}, override, at };
  const office = officePlan(plan);
  return {
    ...office,
    prompts: {
      ...office.prompts,
      ...Object.fromEntries(overridePromptNames.map(name => [name, { name, text: { en: name }, at }])),
    },
    calendars: { always, ...plan.calendars },
    calendarCodes: Object.fromEntries(
      numbersOfCode(override.code).map(([number, act]) => [number, { calendar: 'always', act }]),
    ),
  };
}
