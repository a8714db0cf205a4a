import type { Dialplan, Route } from '../../dialplan/plan.ts';

/** Milliseconds that an extension rings for a transferred call, before the caller comes back: a ringback and a bit. */
const transferRings = 6_000;

/**
 * The sample dialplan as it is at any hour of the day, in its first language, and with less patience: everything else
 * stays as the sample has it.
 */
export function officeForDemo(plan: Dialplan): Dialplan {
  const [language] = plan.company.languages;
  const schedules = mapped(plan.schedules, schedule => ({ ...schedule, closed: schedule.open }));
  const open = (route: Route): Route => (route.to.kind === 'schedule' ? opened(schedules, route) : route);
  return {
    ...plan,
    company: { ...plan.company, languages: [language] },
    schedules,
    numbers: plan.numbers.map(number => ({ ...number, route: open(number.route) })),
    transfer: { ...plan.transfer, ringFor: transferRings },
  };
}

const opened = (schedules: Dialplan['schedules'], route: Route): Route => schedules[route.to.name]?.open ?? route;

const mapped = <T>(things: Readonly<Record<string, T>>, change: (thing: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(things).map(([name, thing]) => [name, change(thing)]));
