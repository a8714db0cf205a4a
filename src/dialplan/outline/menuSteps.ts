import type { Draft } from '../grammar/dialplan.ts';
import type { Destination, Language } from '../plan.ts';
import type { DraftRoute } from './route.ts';

/** What a key of a menu may also be: the same menu again, or the one that leads here. */
export type MenuStep =
  | { readonly kind: 'repeat'; readonly name: string }
  | { readonly kind: 'back'; readonly name: string };

export type DraftMenuRoute =
  | Destination
  | MenuStep
  | { readonly then?: Destination | MenuStep | undefined; readonly language?: Language | undefined };

/** A key's route with its step resolved. A `back` that is not clear leads to the menu itself: a rule tells of it. */
export function menuRoute(draft: Draft, menu: string, route: DraftMenuRoute): DraftRoute {
  if ('kind' in route) return destinationOf(draft, menu, route);
  const { then, language } = route;
  return {
    ...(then === undefined ? {} : { then: destinationOf(draft, menu, then) }),
    ...(language === undefined ? {} : { language }),
  };
}

function destinationOf(draft: Draft, menu: string, to: Destination | MenuStep): Destination {
  if (to.kind === 'repeat') return { kind: 'menu', name: menu };
  if (to.kind !== 'back') return to;
  const [before, second] = menusBefore(draft, menu);
  return { kind: 'menu', name: before === undefined || second !== undefined ? menu : before };
}

const known = new WeakMap<Draft, ReadonlyMap<string, ReadonlySet<string>>>();

/** The menus of which a key leads to this one. */
export function menusBefore(draft: Draft, menu: string): readonly string[] {
  let before = known.get(draft);
  if (before === undefined) {
    before = allBefore(draft);
    known.set(draft, before);
  }
  return [...(before.get(menu) ?? [])];
}

function allBefore(draft: Draft): ReadonlyMap<string, ReadonlySet<string>> {
  const before = new Map<string, Set<string>>();
  for (const [name, menu] of Object.entries(draft.menus ?? {})) {
    for (const route of Object.values(menu?.keys ?? {})) {
      const to = route === undefined ? undefined : 'kind' in route ? route : route.then;
      if (to?.kind !== 'menu' || to.name === name) continue;
      const names = before.get(to.name);
      if (names === undefined) before.set(to.name, new Set([name]));
      else names.add(name);
    }
  }
  return before;
}
