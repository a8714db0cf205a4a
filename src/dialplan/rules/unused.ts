import { finding } from '../catalogue.ts';
import { overridesIn } from '../outline/overrides.ts';
import { overridePromptNames } from '../overridePrompts.ts';
import type { Rule } from './rule.ts';
import { calendarsIn } from './unknownCalendar.ts';
import { spokenIn } from './unknownPrompt.ts';

export const unused: Rule = {
  codes: ['UNUSED'],
  ofAbsence: true,
  *check({ draft, edges, declared, atKey }) {
    const prompts = new Set([...spokenIn(draft)].map(({ name }) => name));
    for (const { destination } of edges) {
      if (destination?.kind === 'goodbye') prompts.add(destination.name);
    }
    if (overridesIn(draft).length > 0) for (const name of overridePromptNames) prompts.add(name);
    for (const name of declared('prompts')) {
      if (!prompts.has(name)) yield finding('UNUSED', atKey(['prompts', name]), `the prompt ${name} is never spoken`);
    }
    const calendars = new Set([...calendarsIn(draft)].map(({ name }) => name));
    for (const name of declared('calendars')) {
      if (calendars.has(name)) continue;
      yield finding('UNUSED', atKey(['calendars', name]), `nothing goes by the calendar ${name}`);
    }
  },
};
