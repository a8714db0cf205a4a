import type { YamlDocument } from '../../base/yaml/document.ts';
import type { Source } from '../grammar/dialplan.ts';
import type { Dialplan } from '../plan.ts';
import { record, route, unchecked } from './parts.ts';

/** Texts in languages that the company does not speak are left out. */
export function compilePrompts(document: YamlDocument, { prompts, company }: Source): Dialplan['prompts'] {
  const [main] = company.languages;
  if (main === undefined) throw unchecked(['company', 'languages']);
  return record(prompts, (name, written) => {
    const text: Record<string, string> = Object.create(null);
    if (typeof written === 'string') text[main] = written;
    else for (const tag of company.languages) if (written[tag] !== undefined) text[tag] = written[tag];
    return { name, text, at: document.atKey(['prompts', name]) };
  });
}

export const compileAnnouncements = (document: YamlDocument, { announcements }: Source): Dialplan['announcements'] =>
  record(announcements, (name, { say, then }) => {
    const path = ['announcements', name];
    return { name, say, then: route(document, then, [...path, 'then']), at: document.atKey(path) };
  });
