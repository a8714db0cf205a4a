import type { Position } from '../../base/position.ts';
import type { Path } from '../../base/yaml/document.ts';
import type { Draft } from '../grammar/dialplan.ts';
import type { Destination } from '../plan.ts';
import type { SourceReading } from '../source/read.ts';
import { type Edge, edgesOf } from './edges.ts';
import { createSuggest, type Suggest } from './suggest.ts';

/** A dialplan as the rules see it: what could be understood of it, which may be less than all. */
export interface Outline {
  readonly draft: Draft;
  readonly edges: readonly Edge[];
  /** Where the value at `path` stands. */
  at(path: Path): Position;
  /** Where the key at the end of `path` stands. */
  atKey(path: Path): Position;
  /** The names that a section declares, be what they name right or wrong. */
  declared(section: keyof Draft): ReadonlySet<string>;
  /** The keys that stand in the mapping (or the indices of the list) at `path`, be their values right or wrong. */
  written(path: Path): ReadonlySet<string>;
  readonly didYouMean: Suggest;
}

export function outlineOf({ document, draft }: SourceReading): Outline {
  const names = new Map<string, ReadonlySet<string>>();
  const written = (path: Path): ReadonlySet<string> => new Set(Object.keys(containerAt(document.value, path)));
  return {
    draft,
    edges: [...edgesOf(draft)],
    at: path => document.at(path),
    atKey: path => document.atKey(path),
    written,
    didYouMean: createSuggest(),
    declared(section) {
      const known = names.get(section) ?? written([section]);
      names.set(section, known);
      return known;
    },
  };
}

function containerAt(value: unknown, path: Path): object {
  let here = value;
  for (const step of path) {
    if (!isContainer(here) || !Object.hasOwn(here, step)) return {};
    here = (here as Record<PropertyKey, unknown>)[step];
  }
  return isContainer(here) ? here : {};
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The section in which a destination is declared; a goodbye is a prompt. */
export const sectionOf = {
  menu: 'menus',
  extension: 'extensions',
  group: 'groups',
  queue: 'queues',
  announcement: 'announcements',
  schedule: 'schedules',
  callers: 'callers',
  goodbye: 'prompts',
} as const satisfies Readonly<Record<Destination['kind'], keyof Draft>>;
