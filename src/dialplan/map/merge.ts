import type { CallMap, MapEdge, MapNode } from './map.ts';
import { dial, type Place, spell } from './ways.ts';

const mostNamed = 6;
const anyOf = (place: Place): boolean => place === dial || place === spell;

/**
 * Telephones that are met in the same way, and that lead the same way on, are drawn as one place: a company of a
 * thousand extensions stays readable.
 */
export function merged({ nodes, edges }: CallMap): CallMap {
  return mergedOnce(mergedOnce({ nodes, edges }, 'phone:'), 'extension:');
}

function mergedOnce({ nodes, edges }: CallMap, prefix: string): CallMap {
  const neighbours = new Map<Place, string[]>();
  const note = (place: Place, text: string): void => {
    const known = neighbours.get(place);
    if (known === undefined) neighbours.set(place, [text]);
    else known.push(text);
  };
  for (const { from, to, label } of edges) {
    // Which extension is dialled is what tells the ways from there apart, and nothing else does.
    note(to, `< ${from} ${anyOf(from) ? '' : label}`);
    note(from, `> ${to} ${label}`);
  }
  const teams = new Map<string, MapNode[]>();
  for (const node of nodes) {
    if (!node.id.startsWith(prefix)) continue;
    const alike = JSON.stringify(neighbours.get(node.id)?.sort());
    const team = teams.get(alike);
    if (team === undefined) teams.set(alike, [node]);
    else team.push(node);
  }
  const stands = new Map<Place, MapNode>();
  for (const team of teams.values()) {
    const [first] = team;
    if (first === undefined || team.length < 2) continue;
    const joint = together(team, prefix);
    for (const { id } of team) stands.set(id, { ...joint, id: first.id });
  }
  if (stands.size === 0) return { nodes, edges };
  return {
    nodes: nodes.flatMap(node => {
      const joint = stands.get(node.id);
      return joint === undefined ? [node] : joint.id === node.id ? [joint] : [];
    }),
    edges: withoutRepeats(
      edges.map(({ from, to, label }) => ({
        from: stands.get(from)?.id ?? from,
        to: stands.get(to)?.id ?? to,
        label: anyOf(from) && stands.has(to) ? '' : label,
      })),
    ),
  };
}

function together(team: readonly MapNode[], prefix: string): MapNode {
  const names = team.map(({ id }) => id.slice(prefix.length)).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const shown =
    names.length > mostNamed ? `${names.slice(0, mostNamed - 1).join(', ')} … ${names.at(-1)}` : names.join(', ');
  const title = prefix === 'extension:' ? `extensions ${shown}` : shown;
  return { id: '', kind: 'people', title, detail: `${team.length} telephones` };
}

function withoutRepeats(edges: readonly MapEdge[]): readonly MapEdge[] {
  const seen = new Map(edges.map(edge => [`${edge.from} ${edge.to} ${edge.label}`, edge]));
  return [...seen.values()];
}
