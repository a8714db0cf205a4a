import { type Place, waysOf } from '../dialplan/map/ways.ts';
import type { Dialplan } from '../dialplan/plan.ts';

/** The names of the prompts, those first that callers meet first: what the company's numbers lead to, and on from there. */
export function promptOrder(plan: Dialplan): readonly string[] {
  const next = new Map<Place, Place[]>();
  for (const { from, to } of waysOf(plan)) {
    const known = next.get(from);
    if (known === undefined) next.set(from, [to]);
    else known.push(to);
  }
  const starts = [...next.keys()].filter(place => place.startsWith('number:') || place.startsWith('internal:'));
  const places = new Set(starts);
  // A set that grows while it is walked is walked to its end: breadth first.
  for (const place of places) for (const to of next.get(place) ?? []) places.add(to);
  const spoken = spokenAt(plan);
  const names = [...places].flatMap(place => spoken.get(place) ?? []);
  return [...new Set([...names, ...Object.keys(plan.prompts)])];
}

const spokenAt = (plan: Dialplan): ReadonlyMap<Place, readonly string[]> =>
  new Map<Place, readonly string[]>([
    ...Object.values(plan.menus).map(({ name, greeting, noInput, invalid }): [Place, readonly string[]] => [
      `menu:${name}`,
      [greeting, noInput.say, invalid.say].filter(prompt => prompt !== undefined),
    ]),
    ...Object.values(plan.announcements).map(({ name, say }): [Place, readonly string[]] => [
      `announcement:${name}`,
      [say],
    ]),
    ...Object.keys(plan.prompts).map((name): [Place, readonly string[]] => [`goodbye:${name}`, [name]]),
  ]);
