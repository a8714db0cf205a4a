import type { Path } from '../../base/yaml/document.ts';
import type { Draft } from '../grammar/dialplan.ts';
import { overrideDefaults } from '../grammar/sections.ts';
import { present } from './edges.ts';

type WrittenOverride = NonNullable<NonNullable<Draft['calendars']>[string]>['override'];

/** The override of a calendar, as far as it could be understood, and where its parts stand. */
export interface DraftOverride {
  readonly calendar: string;
  readonly code: string | undefined;
  readonly codePath: Path;
  readonly until: 'timetable' | 'furtherNotice';
  readonly by: readonly (string | undefined)[] | undefined;
}

/** A code alone is short for a mapping. */
export function overrideOf(calendar: string, written: WrittenOverride): DraftOverride | undefined {
  if (written === undefined) return undefined;
  const path = ['calendars', calendar, 'override'];
  if (typeof written === 'string')
    return { calendar, code: written, codePath: path, ...overrideDefaults, by: undefined };
  const { code, until = overrideDefaults.until, by } = written;
  return { calendar, code, codePath: [...path, 'code'], until, by };
}

export const overridesIn = (draft: Draft): readonly DraftOverride[] =>
  present(draft.calendars).flatMap(([name, { override }]) => overrideOf(name, override) ?? []);
