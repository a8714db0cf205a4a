import { layout as arrange, Graph } from '@dagrejs/dagre';
import type { CallMap, MapEdge, MapNode } from './map.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedNode extends MapNode {
  /** What leads back to itself: told in the box, as a line from a box to itself only crosses others. Often empty. */
  readonly again: string;
  /** Its middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge extends MapEdge {
  /** From border to border. */
  readonly points: readonly Point[];
  /** The middle of the label. */
  readonly labelAt: Point;
}

export type Direction = 'down' | 'right';

export interface Layout {
  /** Whether ways lead downwards, or to the right. */
  readonly direction: Direction;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** Of a letter, on average, at the sizes of the drawing: no font is at hand to ask. Points. */
export const letter = { title: 7.9, detail: 6, label: 5.6 };
const lineHeight = 16;
const margin = 24;

const linesOf = ({ detail, again }: Sized): number => 1 + (detail === '' ? 0 : 1) + (again === '' ? 0 : 1);
const widthOf = ({ title, detail, again }: Sized): number =>
  Math.max(
    90,
    [...title].length * letter.title + 28,
    [...detail].length * letter.detail + 28,
    [...again].length * letter.detail + 28,
  );

type Sized = Pick<PlacedNode, 'title' | 'detail' | 'again'>;

/** A drawing that is so many times wider than high is read better from left to right, if that makes it less long. */
const longest = 3.5;
const lengthOf = ({ width, height }: Layout): number => Math.max(width / height, height / width);

/** In layers, from top to bottom or from left to right; as few lines crossing as can be. */
export function layoutOf(map: CallMap): Layout {
  const down = arrangedAs('down', map);
  if (down.width <= longest * down.height) return down;
  const right = arrangedAs('right', map);
  return lengthOf(right) < lengthOf(down) ? right : down;
}

function arrangedAs(direction: Direction, map: CallMap): Layout {
  const edges = map.edges.filter(({ from, to }) => from !== to);
  const loops = new Map(map.edges.filter(({ from, to }) => from === to).map(({ from, label }) => [from, label]));
  const nodes = map.nodes.map(node => ({ ...node, again: loops.has(node.id) ? `↻ ${loops.get(node.id)}` : '' }));
  const graph = new Graph({ multigraph: true });
  const gaps = direction === 'down' ? { nodesep: 36, ranksep: 54 } : { nodesep: 18, ranksep: 36 };
  const rankdir = direction === 'down' ? 'TB' : 'LR';
  graph.setGraph({ rankdir, ...gaps, edgesep: 18, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) {
    graph.setNode(node.id, { width: widthOf(node), height: 18 + linesOf(node) * lineHeight });
  }
  for (const [index, { from, to, label }] of edges.entries()) {
    const width = label === '' ? 0 : [...label].length * letter.label + 10;
    graph.setEdge(from, to, { width, height: label === '' ? 0 : 16, labelpos: 'c' }, String(index));
  }
  arrange(graph);
  const box = graph.graph();
  return {
    direction,
    width: Math.ceil(numberOf(box.width)),
    height: Math.ceil(numberOf(box.height)),
    nodes: nodes.map(node => {
      const { x, y, width, height } = graph.node(node.id);
      return { ...node, x: numberOf(x), y: numberOf(y), width: numberOf(width), height: numberOf(height) };
    }),
    edges: edges.map((edge, index) => {
      const { points, x, y } = graph.edge(edge.from, edge.to, String(index));
      return { ...edge, points: points ?? [], labelAt: { x: numberOf(x), y: numberOf(y) } };
    }),
  };
}

const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : margin * 2);
