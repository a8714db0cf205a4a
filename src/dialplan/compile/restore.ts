import type { Dialplan } from '../plan.ts';
import { deepFreeze } from './freeze.ts';

type Restorers = {
  readonly [Section in keyof Dialplan]-?: (copy: NonNullable<Dialplan[Section]>) => Dialplan[Section];
};

/**
 * A section of a plan that was copied from another thread: plain data, as the copy leaves it, becomes what `compile` gave
 * there. Mappings have no prototype again, what a section shares within itself is shared, and everything is frozen.
 */
export function restoreSection<Section extends keyof Dialplan>(section: Section, copy: unknown): Dialplan[Section] {
  const restore = restorers[section] as (copy: unknown) => Dialplan[Section];
  return deepFreeze(restore(copy));
}

const same = <T>(copy: T): T => copy;

const restorers: Restorers = {
  version: same,
  company: same,
  prompts: prompts => each(prompts, prompt => ({ ...prompt, text: record(prompt.text) })),
  calendars(calendars) {
    const shared = sharing<true>();
    return each(calendars, calendar => ({
      ...calendar,
      exceptions: record(calendar.exceptions),
      yearly: record(calendar.yearly),
      ...(calendar.holidays === undefined ? {} : { holidays: shared(calendar.holidays) }),
    }));
  },
  extensions: record,
  groups: record,
  queues: record,
  menus(menus) {
    const shared = sharing<string>();
    return each(menus, menu => ({
      ...menu,
      keys: record(menu.keys),
      ...(menu.names === undefined ? {} : { names: shared(menu.names) }),
    }));
  },
  announcements: record,
  schedules: record,
  callers: record,
  numbers: same,
  internalNumbers: record,
  calendarCodes: record,
  transfer: same,
  features: same,
};

/** `record`, which gives the same thing for the same thing. */
function sharing<T>(): typeof record<T> {
  const known = new Map<object, Readonly<Record<string, T>>>();
  return things => {
    const restored = known.get(things) ?? record(things);
    known.set(things, restored);
    return restored;
  };
}

function record<T>(things: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null), things);
}

function each<T>(things: Readonly<Record<string, T>>, one: (thing: T) => T): Readonly<Record<string, T>> {
  const restored: Record<string, T> = Object.create(null);
  for (const [name, thing] of Object.entries(things)) restored[name] = one(thing);
  return restored;
}
