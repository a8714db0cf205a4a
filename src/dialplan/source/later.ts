import type { Diagnostic } from '../../base/yaml/diagnostic.ts';
import type { Path, YamlDocument } from '../../base/yaml/document.ts';
import { finding } from '../catalogue.ts';

interface Later {
  /** `*` stands for any key. */
  readonly path: readonly string[];
  readonly what: string;
  readonly meanwhile: string;
}

/** Keys that belong to the grammar, and whose function comes with a later version. */
const keysOfLater: readonly Later[] = [
  {
    path: ['extensions', '*', 'voicemail'],
    what: 'mailboxes come',
    meanwhile: 'lead failover to a queue or a goodbye',
  },
  { path: ['voicemail'], what: 'mailboxes come', meanwhile: 'remove it for now' },
  {
    path: ['queues', '*', 'announcePosition'],
    what: 'the announcement of the position comes',
    meanwhile: 'remove it for now',
  },
  { path: ['queues', '*', 'serviceLevel'], what: 'service levels come', meanwhile: 'remove it for now' },
  { path: ['queues', '*', 'wrapUp'], what: 'the time after a call comes', meanwhile: 'remove it for now' },
  { path: ['queues', '*', 'callback'], what: 'callbacks come', meanwhile: 'remove it for now' },
];

/** Takes what is for later out of the document, so that the schema does not call it unknown, and tells of it. */
export function takeLater(document: YamlDocument): { document: YamlDocument; diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  let value = document.value;
  for (const { path, what, meanwhile } of keysOfLater) {
    value = without(value, path, [], found => {
      const [section, entry] = found;
      const around = found.length > 1 ? ` of ${String(section)}.${String(entry)}` : '';
      const message = `${String(found.at(-1))}${around} has no function yet: ${what} with a later version`;
      diagnostics.push(finding('NOT_YET', document.atKey(found), message, meanwhile));
    });
  }
  return { document: { ...document, value }, diagnostics };
}

function without(value: unknown, [step, ...rest]: readonly string[], path: Path, tell: (path: Path) => void): unknown {
  if (step === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const left: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) {
    if (step !== '*' && step !== key) left[key] = inner;
    else if (rest.length > 0) left[key] = without(inner, rest, [...path, key], tell);
    else tell([...path, key]);
  }
  return left;
}
