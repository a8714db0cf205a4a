import type { Path, YamlDocument } from '../../base/yaml/document.ts';
import { type DraftRoute, partsOf } from '../outline/route.ts';
import type { Route } from '../plan.ts';

/** A mapping of the same keys. Without a prototype: a name such as `constructor` finds only what a dialplan declares. */
export function record<From, To>(
  things: Readonly<Record<string, From>>,
  compileOne: (name: string, thing: From) => To,
): Readonly<Record<string, To>> {
  const compiled: Record<string, To> = Object.create(null);
  for (const [name, thing] of Object.entries(things)) compiled[name] = compileOne(name, thing);
  return compiled;
}

export function route(document: YamlDocument, written: DraftRoute, at: Path): Route {
  const { to, path, language } = partsOf(written, at);
  if (to === undefined) throw unchecked(path);
  return { to, ...(language === undefined ? {} : { language }), at: document.at(path) };
}

/** What the schema and the rules should have refused: a mistake of ours, not of the dialplan's author. */
export const unchecked = (path: Path): Error => new Error(`compiled without a check: ${path.map(String).join('.')}`);
