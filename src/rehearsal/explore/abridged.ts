import type { Dialplan, Extension, Route } from '../../dialplan/plan.ts';

/** A plan for exploration, and whether a step has asked it for opening hours. */
export interface Abridged {
  readonly plan: Dialplan;
  /** True where the calendars were looked at since the last time that this was asked. */
  askedForHours(): boolean;
}

/** Which extensions are dialled in menus: all of them, or one of each kind. */
export type Dialled = 'each' | 'oneOfAKind';

/**
 * Of the extensions that can be dialled in a menu, one of each kind (which is rung as long, and goes on alike when it
 * does not answer) stands for all; those that something names stay. What is dialled leads to the same kinds of places.
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
    const stands = dialled === 'each' || !kinds.has(kind);
    if (named.has(extension.number) || (extension.directDial && stands)) {
      extensions[extension.number] = extension;
      kinds.add(kind);
    }
  }
  let asked = false;
  return {
    plan: {
      ...plan,
      extensions,
      get calendars() {
        asked = true;
        return plan.calendars;
      },
    },
    askedForHours() {
      const was = asked;
      asked = false;
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
