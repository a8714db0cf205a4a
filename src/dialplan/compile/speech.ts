import type { YamlDocument } from '../../base/yaml/document.ts';
import type { Source } from '../grammar/dialplan.ts';
import { overridePromptNames, overrideText } from '../overridePrompts.ts';
import type { Dialplan, Prompt } from '../plan.ts';
import { record, route, unchecked } from './parts.ts';

/**
 * Texts in languages that the company does not speak are left out. Where a calendar can be overridden, what is said
 * about that is there too, in the company's language.
 */
export function compilePrompts(
  document: YamlDocument,
  { prompts, company }: Source,
  calendars: Dialplan['calendars'],
): Dialplan['prompts'] {
  const [main] = company.languages;
  if (main === undefined) throw unchecked(['company', 'languages']);
  const declared = record(prompts, (name, written): Prompt => {
    const text: Record<string, string> = Object.create(null);
    if (typeof written === 'string') text[main] = written;
    else for (const tag of company.languages) if (written[tag] !== undefined) text[tag] = written[tag];
    return { name, text, at: document.atKey(['prompts', name]) };
  });
  const overridden = Object.values(calendars).find(({ override }) => override !== undefined)?.override;
  if (overridden === undefined) return declared;
  const builtIn = overridePromptNames.filter(name => !Object.hasOwn(declared, name));
  const added = builtIn.map((name): [string, Prompt] => [
    name,
    { name, text: record({ [main]: overrideText(name, main) }, (_, text) => text), at: overridden.at },
  ]);
  return record({ ...declared, ...Object.fromEntries(added) }, (_, prompt) => prompt);
}

export const compileAnnouncements = (document: YamlDocument, { announcements }: Source): Dialplan['announcements'] =>
  record(announcements, (name, { say, then }) => {
    const path = ['announcements', name];
    return { name, say, then: route(document, then, [...path, 'then']), at: document.atKey(path) };
  });
