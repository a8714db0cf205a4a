import type { Calendar, Dialplan, Extension, Route } from '../../dialplan/plan.ts';

/** A plan for exploration, and which calendars a step has asked it for. */
export interface Abridged {
  readonly plan: Dialplan;
  /** The calendars that were looked at since the last time that this was asked. */
  askedForHours(): ReadonlySet<string>;
}

/** Which extensions are dialled in menus: all of them, or one of each kind. */
export type Dialled = 'each' | 'oneOfAKind';

/**
 * Of the extensions that can be dialled in a menu, one of each kind (which is rung as long, and goes on alike when it
 * does not answer) stands for all; those that something names stay, and are rung from there. What is dialled leads to
 * the same kinds of places.
 */
export function abridge(plan: Dialplan, dialled: Dialled): Abridged {
  const named = new Set([
    ...Object.values(plan.groups).flatMap(({ members }) => members),
    ...Object.values(plan.queues).flatMap(({ agents }) => agents),
    ...[...routesIn(plan)].flatMap(({ to: { kind, name } }) => (kind === 'extension' ? [name] : [])),
  ]);
  const kinds = new Set<string>();
  const extensions: Record<string, Extension> = {};
  for (const extension of Object.values(plan.extensions)) {
    const kind = kindOf(extension);
    const isDialled = extension.directDial && (dialled === 'each' || !kinds.has(kind));
    if (!isDialled && !named.has(extension.number)) continue;
    extensions[extension.number] = isDialled ? extension : { ...extension, directDial: false };
    if (isDialled) kinds.add(kind);
  }
  let asked = new Set<string>();
  const calendars: Record<string, Calendar> = {};
  for (const [name, calendar] of Object.entries(plan.calendars)) {
    Object.defineProperty(calendars, name, {
      enumerable: true,
      get() {
        asked.add(name);
        return calendar;
      },
    });
  }
  return {
    plan: { ...plan, extensions, calendars },
    askedForHours() {
      const was = asked;
      if (asked.size > 0) asked = new Set();
      return was;
    },
  };
}

/** Two extensions are of a kind where a call that they do not take goes on alike. */
export function kindOf({ number: _, name: __, at: ___, contact: ____, ...rest }: Extension): string {
  return JSON.stringify(rest, (key, value: unknown) => (key === 'at' ? undefined : value));
}

/** Every route of a plan, wherever in it a grammar may put one. */
export function* routesIn(part: object): Generator<Route> {
  if (isRoute(part)) yield part;
  for (const inner of Object.values(part)) if (typeof inner === 'object' && inner !== null) yield* routesIn(inner);
}

const isRoute = (part: object): part is Route =>
  'to' in part &&
  'at' in part &&
  typeof part.to === 'object' &&
  part.to !== null &&
  'kind' in part.to &&
  'name' in part.to;
