export { type CallMap, mapOf, type View } from './map.ts';
export { mermaid } from './mermaid.ts';
export { explainText, outlineText } from './outline.ts';
export { svg } from './svg.ts';
