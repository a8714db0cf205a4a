import type { CallMap, MapNode, PlaceKind } from './map.ts';

const shapes: Readonly<Record<PlaceKind, readonly [string, string]>> = {
  number: ['[/', '/]'],
  menu: ['{{', '}}'],
  people: ['[', ']'],
  queue: ['[[', ']]'],
  announcement: ['>', ']'],
  schedule: ['{', '}'],
  goodbye: ['([', '])'],
  dial: ['[', ']'],
  lost: ['([', '])'],
};

/** A Mermaid flowchart, as Markdown pages show it. */
export function mermaid({ nodes, edges }: CallMap): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index + 1}`]));
  const lines = nodes.map(node => `  ${ids.get(node.id)}${shaped(node)}`);
  for (const { from, to, label } of edges) {
    const arrow = label === '' ? '-->' : `-->|"${escaped(label)}"|`;
    lines.push(`  ${ids.get(from)} ${arrow} ${ids.get(to)}`);
  }
  return ['flowchart TD', ...lines].join('\n');
}

function shaped({ kind, title, detail }: MapNode): string {
  const [open, close] = shapes[kind];
  const text = detail === '' ? escaped(title) : `${escaped(title)}<br/>${escaped(detail)}`;
  return `${open}"${text}"${close}`;
}

/** Mermaid's entities begin with `#`; everything else of an admin's text stays text. */
const escaped = (text: string): string =>
  text.replace(/[#"<>&`\\[\]{}|]/g, character => `#${character.codePointAt(0)};`);
