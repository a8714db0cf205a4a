import { type Position, showPosition } from '../../base/position.ts';
import type { TrailEntry } from '../../call/trail.ts';
import type { Dialplan } from '../../dialplan/plan.ts';
import { routesIn } from '../explore/abridged.ts';
import type { Moment } from '../timeline/moment.ts';

/** A way as it is written: the place in the file, and the node that it names. */
export interface FlowEdge {
  readonly place: Position;
  readonly to: string;
}

/** Everything of a dialplan that a story can go through. */
export interface Flow {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlyMap<string, FlowEdge>;
}

export interface Walked {
  readonly nodes: Set<string>;
  readonly edges: Set<string>;
}

export const nothingWalked = (): Walked => ({ nodes: new Set(), edges: new Set() });

const edgeKey = (place: Position, to: string): string => `${showPosition(place)} ${to}`;

/** The nodes that ways lead to, and the extensions that can be dialled or are rung; and every way that is written. */
export function flowOf(plan: Dialplan): Flow {
  const nodes = new Set<string>();
  const edges = new Map<string, FlowEdge>();
  for (const { to, at } of routesIn(plan)) {
    const node = `${to.kind}:${to.name}`;
    nodes.add(node);
    edges.set(edgeKey(at, node), { place: at, to: node });
  }
  if (Object.values(plan.menus).some(({ directDial }) => directDial)) {
    for (const { number, directDial } of Object.values(plan.extensions))
      if (directDial) nodes.add(`extension:${number}`);
  }
  for (const { members } of Object.values(plan.groups)) for (const number of members) nodes.add(`extension:${number}`);
  for (const { agents } of Object.values(plan.queues)) for (const number of agents) nodes.add(`extension:${number}`);
  return { nodes, edges };
}

/** Notes what a timeline goes through; gives how much of it was new. */
export function walk({ nodes, edges }: Flow, moments: readonly Moment[], walked: Walked): number {
  let news = 0;
  const note = (found: Set<string>, known: boolean, what: string): void => {
    if (!known || found.has(what)) return;
    found.add(what);
    news += 1;
  };
  for (const moment of moments) {
    if (moment.kind === 'rung') note(walked.nodes, nodes.has(`extension:${moment.who}`), `extension:${moment.who}`);
    if (moment.kind !== 'entered') continue;
    note(walked.nodes, nodes.has(moment.node), moment.node);
    if (moment.place === undefined) continue;
    const key = edgeKey(moment.place, moment.node);
    note(walked.edges, edges.has(key), key);
  }
  return news;
}

/** Whether a call has come through something that was not walked yet. */
export function comesThroughNew({ nodes, edges }: Flow, trail: readonly TrailEntry[], walked: Walked): boolean {
  return trail.some(entry => {
    if (entry.kind === 'rung')
      return isNew(nodes.has(`extension:${entry.number}`), walked.nodes, `extension:${entry.number}`);
    if (entry.kind !== 'entered') return false;
    const key = edgeKey(entry.position, entry.node);
    return isNew(nodes.has(entry.node), walked.nodes, entry.node) || isNew(edges.has(key), walked.edges, key);
  });
}

const isNew = (known: boolean, walked: ReadonlySet<string>, what: string): boolean => known && !walked.has(what);

/** What no story went through, in the order of the file. */
export function leftOut(
  { nodes, edges }: Flow,
  walked: Walked,
): {
  readonly nodes: readonly string[];
  readonly edges: readonly FlowEdge[];
} {
  return {
    nodes: [...nodes].filter(node => !walked.nodes.has(node)),
    edges: [...edges]
      .flatMap(([key, edge]) => (walked.edges.has(key) ? [] : [edge]))
      .sort((a, b) => a.place.line - b.place.line || a.place.col - b.place.col),
  };
}
