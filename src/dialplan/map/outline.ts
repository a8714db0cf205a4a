import type { Dialplan } from '../plan.ts';
import type { CallMap, MapEdge } from './map.ts';
import { type View, waysIn } from './map.ts';
import { describePlace } from './places.ts';
import { causeText, type Place, type Way } from './ways.ts';

/** A map as an indented list, each place told once, with the ways that leave it. */
export function outlineText({ nodes, edges }: CallMap): string {
  const leaving = new Map<Place, MapEdge[]>();
  for (const edge of edges) leaving.set(edge.from, [...(leaving.get(edge.from) ?? []), edge]);
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  return nodes
    .filter(({ id }) => leaving.has(id))
    .map(({ id, title, detail }) =>
      [
        detail === '' ? title : `${title}: ${detail}`,
        ...(leaving.get(id) ?? []).map(
          ({ to, label }) => `  ${label === '' ? '' : `${label} `}→ ${titles.get(to) ?? to}`,
        ),
      ].join('\n'),
    )
    .join('\n');
}

/**
 * Why a call can come to `to`: from every number, the shortest way, as a caller goes it; with `from`, from there alone.
 */
export function explainText(plan: Dialplan, view: View & { readonly to: readonly Place[] }): string {
  const ways = waysIn(plan, view);
  const arriving = new Map<Place, Way[]>();
  for (const way of ways) arriving.set(way.to, [...(arriving.get(way.to) ?? []), way]);
  // Breadth first, backwards: the first way found from a place is its shortest.
  const onward = new Map<Place, Way>();
  const found = new Set(view.to);
  for (const place of found) {
    for (const way of arriving.get(place) ?? []) {
      if (found.has(way.from)) continue;
      onward.set(way.from, way);
      found.add(way.from);
    }
  }
  const starts =
    view.from ?? [...new Set(ways.map(way => way.from))].filter(place => !arriving.has(place) && onward.has(place));
  const title = (place: Place): string => describePlace(plan, place).title;
  const told = starts.flatMap(start => {
    const steps = [title(start)];
    for (let way = onward.get(start); way !== undefined; way = onward.get(way.to)) {
      const cause = causeText(way.cause);
      steps.push(cause === '' ? title(way.to) : `${cause} → ${title(way.to)}`);
    }
    return steps.length > 1 ? [steps.join(' → ')] : [];
  });
  return told.length > 0 ? told.join('\n') : 'no call comes there';
}
