/** The grammar, version 1: what a YAML file must be to be a dialplan. What it means is in `plan.ts`. */
import { z } from 'zod';
import * as sections from './sections.ts';

export const dialplanGrammar = z.strictObject({
  kozpont: z.literal(1, { error: 'must be 1, the version of the grammar' }),
  company: sections.company,
  prompts: sections.prompts.prefault({}),
  calendars: sections.calendars.prefault({}),
  defaults: sections.defaults.prefault({}),
  extensions: sections.extensions.prefault({}),
  groups: sections.groups.prefault({}),
  queues: sections.queues.prefault({}),
  menus: sections.menus.prefault({}),
  announcements: sections.announcements.prefault({}),
  schedules: sections.schedules.prefault({}),
  callers: sections.callers.prefault({}),
  numbers: sections.numbers.prefault({}),
  internalNumbers: sections.internalNumbers.prefault({}),
  transfer: sections.transfer,
  features: sections.features.prefault({}),
});

/** A dialplan as it is written: every value understood, nothing resolved yet. */
export type Source = z.output<typeof dialplanGrammar>;

type Leaf = string | number | boolean | undefined | { readonly kind: string } | readonly { readonly from: number }[];

/** What could be understood of a dialplan with errors in it: anything may be missing. */
export type Partly<T> = T extends Leaf
  ? T
  : T extends readonly (infer Item)[]
    ? readonly (Partly<Item> | undefined)[]
    : { readonly [Key in keyof T]?: Partly<T[Key]> | undefined };

export type Draft = Partly<Source>;
