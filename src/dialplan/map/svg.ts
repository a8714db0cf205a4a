import { type Direction, layoutOf, letter, type PlacedEdge, type PlacedNode, type Point } from './layout.ts';
import type { CallMap, PlaceKind } from './map.ts';

/** Fill and border; told apart in grey too. */
const colours: Readonly<Record<PlaceKind, readonly [string, string]>> = {
  number: ['#1f3a5f', '#1f3a5f'],
  menu: ['#e3eefc', '#3b73b9'],
  people: ['#e4f5e6', '#3d8b46'],
  queue: ['#fff3d6', '#b5851b'],
  announcement: ['#f2f2f5', '#77778a'],
  schedule: ['#f3e9fb', '#8450ad'],
  goodbye: ['#fbe6e4', '#b4483c'],
  dial: ['#e4f5e6', '#3d8b46'],
  lost: ['#3f3f46', '#3f3f46'],
};

/** A drawing that stands by itself: no script, no font and no style from elsewhere. */
export function svg(map: CallMap): string {
  const { direction, width, height, nodes, edges } = layoutOf(map);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif">`,
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="#55606e"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...edges.map(edge => lineOf(edge, direction)),
    ...nodes.map(boxOf),
    ...edges.map(labelOf),
    '</svg>',
  ].join('\n');
}

const lineOf = ({ points }: PlacedEdge, direction: Direction): string =>
  `<path d="${curve(points, direction)}" fill="none" stroke="#55606e" stroke-width="1.2" marker-end="url(#arrow)"/>`;

/** Soft, and through every point: a label stands on the line that it belongs to. */
function curve([first, ...others]: readonly Point[], direction: Direction): string {
  if (first === undefined) return '';
  let path = `M${at(first)}`;
  let from = first;
  for (const to of others) {
    const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
    const [leaves, comes] =
      direction === 'down'
        ? [
            { x: from.x, y },
            { x: to.x, y },
          ]
        : [
            { x, y: from.y },
            { x, y: to.y },
          ];
    path += ` C${at(leaves)} ${at(comes)} ${at(to)}`;
    from = to;
  }
  return path;
}

function boxOf({ kind, title, detail, again, x, y, width, height }: PlacedNode): string {
  const [fill, border] = colours[kind];
  const dark = kind === 'number' || kind === 'lost';
  const round = kind === 'number' || kind === 'goodbye' || kind === 'lost' ? Math.min(height / 2, 25) : 6;
  const faint = dark ? '#d5deea' : '#4a5563';
  const below = [detail, again].filter(line => line !== '');
  const first = y + 4 - below.length * 8;
  return [
    `<g><rect x="${n(x - width / 2)}" y="${n(y - height / 2)}" width="${n(width)}" height="${n(height)}" rx="${n(round)}" fill="${fill}" stroke="${border}"/>`,
    `<text x="${n(x)}" y="${n(first)}" text-anchor="middle" font-size="13" font-weight="600" fill="${dark ? '#ffffff' : '#1b2430'}">${escaped(title)}</text>`,
    ...below.map(
      (line, index) =>
        `<text x="${n(x)}" y="${n(first + 16 * (index + 1))}" text-anchor="middle" font-size="11" fill="${faint}">${escaped(line)}</text>`,
    ),
    '</g>',
  ].join('');
}

function labelOf({ label, labelAt: { x, y } }: PlacedEdge): string {
  if (label === '') return '';
  const width = [...label].length * letter.label + 6;
  const back = `<rect x="${n(x - width / 2)}" y="${n(y - 8)}" width="${n(width)}" height="16" rx="3" fill="#ffffff" fill-opacity="0.88"/>`;
  return `${back}<text x="${n(x)}" y="${n(y + 4)}" text-anchor="middle" font-size="11" fill="#37424f">${escaped(label)}</text>`;
}

const n = (value: number): string => String(Math.round(value * 10) / 10);
const at = ({ x, y }: Point): string => `${n(x)} ${n(y)}`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, character => entities[character] ?? '');
