import type { Dialplan } from '../plan.ts';
import { deepFreeze } from './freeze.ts';

/**
 * A plan that was copied from another thread: plain data, as the copy leaves it, becomes what `compile` gave there.
 * Mappings have no prototype again, what was shared is shared, and everything is frozen.
 */
export function restorePlan(copy: Dialplan): Dialplan {
  const known = new Map<object, object>();
  /** One mapping stays one, however many things have it. */
  const record = <T>(things: Readonly<Record<string, T>>): Readonly<Record<string, T>> => {
    const before = known.get(things);
    if (before !== undefined) return before as Readonly<Record<string, T>>;
    const restored: Record<string, T> = Object.assign(Object.create(null), things);
    known.set(things, restored);
    return restored;
  };
  const each = <T>(things: Readonly<Record<string, T>>, one: (thing: T) => T): Readonly<Record<string, T>> => {
    const restored: Record<string, T> = Object.create(null);
    for (const name in things) if (Object.hasOwn(things, name)) restored[name] = one(things[name] as T);
    return restored;
  };
  return deepFreeze<Dialplan>({
    ...copy,
    prompts: each(copy.prompts, prompt => ({ ...prompt, text: record(prompt.text) })),
    calendars: each(copy.calendars, calendar => ({
      ...calendar,
      exceptions: record(calendar.exceptions),
      yearly: record(calendar.yearly),
    })),
    extensions: record(copy.extensions),
    groups: record(copy.groups),
    queues: record(copy.queues),
    menus: each(copy.menus, menu => ({
      ...menu,
      keys: record(menu.keys),
      ...(menu.names === undefined ? {} : { names: record(menu.names) }),
    })),
    announcements: record(copy.announcements),
    schedules: record(copy.schedules),
    ...(copy.callers === undefined ? {} : { callers: record(copy.callers) }),
    internalNumbers: record(copy.internalNumbers),
  });
}
