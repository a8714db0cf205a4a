/**
 * A plan on its way from one thread to another, in pieces: a large one as a whole would take the receiver so long that
 * calls would notice.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { restoreSection } from '../dialplan/compile/restore.ts';
import type { Dialplan } from '../dialplan/plan.ts';

/** A part of a section of the plan, or all of it. */
export interface Piece {
  readonly section: keyof Dialplan;
  readonly bytes: Uint8Array;
}

/** Extensions are what there may be thousands of. */
const extensionsAtOnce = 250;

export const piecesOf = (plan: Dialplan): readonly Piece[] =>
  (Object.keys(plan) as (keyof Dialplan)[]).flatMap(section =>
    section === 'extensions'
      ? inGroups(Object.entries(plan.extensions)).map(group => piece(section, Object.fromEntries(group)))
      : [piece(section, plan[section])],
  );

const piece = (section: keyof Dialplan, part: unknown): Piece => ({ section, bytes: serialize(part) });

function inGroups<T>(all: readonly T[]): readonly (readonly T[])[] {
  const groups = Math.max(1, Math.ceil(all.length / extensionsAtOnce));
  return Array.from({ length: groups }, (_, at) => all.slice(at * extensionsAtOnce, (at + 1) * extensionsAtOnce));
}

/** The plan again, each piece in a turn of its own. */
export async function planFrom(pieces: readonly Piece[]): Promise<Dialplan> {
  const plan: Partial<Record<keyof Dialplan, unknown>> = {};
  const extensions: Record<string, Dialplan['extensions'][string]> = Object.create(null);
  for (const { section, bytes } of pieces) {
    await nextTurn();
    const part = restoreSection(section, deserialize(bytes));
    if (section === 'extensions') plan.extensions = Object.assign(extensions, part);
    else plan[section] = part;
  }
  Object.freeze(extensions);
  return Object.freeze(plan) as unknown as Dialplan;
}
