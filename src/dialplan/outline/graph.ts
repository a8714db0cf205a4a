import type { Edge, NodeId } from './edges.ts';

/** The ways of a dialplan by the node that they leave. */
export type Graph = ReadonlyMap<NodeId, readonly Edge[]>;

export function graphOf(edges: Iterable<Edge>): Graph {
  const graph = new Map<NodeId, Edge[]>();
  for (const edge of edges) {
    const leaving = graph.get(edge.from);
    if (leaving === undefined) graph.set(edge.from, [edge]);
    else leaving.push(edge);
  }
  return graph;
}

/** Every node that a way leads to from one of `roots`, the roots among them. */
export function reachable(graph: Graph, roots: Iterable<NodeId>): ReadonlySet<NodeId> {
  const found = new Set(roots);
  // A set that grows while it is gone through hands out what was added too.
  for (const node of found) {
    for (const { to } of graph.get(node) ?? []) found.add(to);
  }
  return found;
}

/**
 * One circle for each knot of nodes that can all reach each other, as the edges that lead round: the proof that a call
 * can go that way for ever. Linear in nodes and edges, and without recursion: a dialplan may be one long chain.
 */
export function circles(graph: Graph): readonly (readonly Edge[])[] {
  return knots(graph).flatMap(knot => {
    const circle = circleIn(graph, knot);
    return circle === undefined ? [] : [circle];
  });
}

interface Visit {
  readonly node: NodeId;
  readonly edges: readonly Edge[];
  next: number;
}

/** Strongly connected components (Tarjan). */
function knots(graph: Graph): readonly ReadonlySet<NodeId>[] {
  const found: Set<NodeId>[] = [];
  const order = new Map<NodeId, number>();
  const lowest = new Map<NodeId, number>();
  const open: NodeId[] = [];
  const isOpen = new Set<NodeId>();
  const at = (numbers: Map<NodeId, number>, node: NodeId): number => numbers.get(node) ?? Number.POSITIVE_INFINITY;

  for (const root of graph.keys()) {
    if (order.has(root)) continue;
    const visits: Visit[] = [];
    const enter = (node: NodeId): void => {
      order.set(node, order.size);
      lowest.set(node, order.size - 1);
      open.push(node);
      isOpen.add(node);
      visits.push({ node, edges: graph.get(node) ?? [], next: 0 });
    };
    enter(root);
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const { node } = visit;
      const edge = visit.edges[visit.next++];
      if (edge !== undefined) {
        if (!order.has(edge.to)) enter(edge.to);
        else if (isOpen.has(edge.to)) lowest.set(node, Math.min(at(lowest, node), at(order, edge.to)));
        continue;
      }
      visits.pop();
      const parent = visits.at(-1)?.node;
      if (parent !== undefined) lowest.set(parent, Math.min(at(lowest, parent), at(lowest, node)));
      if (lowest.get(node) !== order.get(node)) continue;
      const knot = new Set<NodeId>();
      let member: NodeId | undefined;
      do {
        member = open.pop();
        if (member === undefined) break;
        isOpen.delete(member);
        knot.add(member);
      } while (member !== node);
      found.push(knot);
    }
  }
  return found;
}

/** The shortest circle through the node of the knot that was entered first. */
function circleIn(graph: Graph, knot: ReadonlySet<NodeId>): readonly Edge[] | undefined {
  const start = [...knot].at(-1);
  if (start === undefined) return undefined;
  const cameBy = new Map<NodeId, Edge>();
  const seen = new Set([start]);
  for (const node of seen) {
    for (const edge of graph.get(node) ?? []) {
      if (edge.to === start) return [...wayTo(edge.from, start, cameBy), edge];
      if (!knot.has(edge.to) || seen.has(edge.to)) continue;
      seen.add(edge.to);
      cameBy.set(edge.to, edge);
    }
  }
  return undefined;
}

function wayTo(node: NodeId, start: NodeId, cameBy: ReadonlyMap<NodeId, Edge>): readonly Edge[] {
  const way: Edge[] = [];
  for (let here = node; here !== start; ) {
    const edge = cameBy.get(here);
    if (edge === undefined) break;
    way.push(edge);
    here = edge.from;
  }
  return way.reverse();
}
