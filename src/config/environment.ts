import { own } from '../base/own.ts';
import { closest } from '../base/yaml/closest.ts';
import type { Diagnostic } from '../base/yaml/diagnostic.ts';
import { type Path, readYaml, type YamlDocument } from '../base/yaml/document.ts';

/** The variables of the process, handed in by whoever may read them. An empty one counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Variable {
  readonly path: Path;
  /** Its value is written with commas. */
  readonly list?: true;
  /** What looks like a whole number is one; every other value is text, 5060 as well. */
  readonly number?: true;
}

/** What each variable sets. */
export const variables: Readonly<Record<string, Variable>> = {
  KOZPONT_NODE: { path: ['node'] },
  KOZPONT_ENGINE: { path: ['engine'] },
  KOZPONT_SIP_LISTEN: { path: ['sip', 'listen'], list: true },
  KOZPONT_SIP_ADVERTISE: { path: ['sip', 'advertise'] },
  KOZPONT_RTP_PORTS: { path: ['media', 'ports'] },
  KOZPONT_RTP_ADVERTISE: { path: ['media', 'advertise'] },
  KOZPONT_DIALPLAN: { path: ['dialplan'] },
  KOZPONT_PROMPTS: { path: ['prompts'] },
  KOZPONT_STATE: { path: ['state'] },
  KOZPONT_CREDENTIALS: { path: ['credentials'] },
  KOZPONT_API_LISTEN: { path: ['api', 'listen'] },
  KOZPONT_LOG_LEVEL: { path: ['log', 'level'] },
  KOZPONT_DRACHTIO_HOST: { path: ['drachtio', 'host'] },
  KOZPONT_DRACHTIO_PORT: { path: ['drachtio', 'port'], number: true },
  KOZPONT_DRACHTIO_SECRET: { path: ['drachtio', 'secret'] },
  KOZPONT_DRACHTIO_SECRET_FILE: { path: ['drachtio', 'secretFile'] },
};

export interface Overlaid {
  readonly document: YamlDocument;
  readonly diagnostics: readonly Diagnostic[];
}

/** The document with what the environment sets in place of its own; such a value stands "in" its variable. */
export function overlayEnvironment(document: YamlDocument, environment: Environment): Overlaid {
  const diagnostics: Diagnostic[] = [];
  const set: { readonly path: Path; readonly source: YamlDocument }[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('KOZPONT_') || text === undefined || text === '') continue;
    const variable = own(variables, name);
    if (variable === undefined) {
      const guess = closest(name, Object.keys(variables));
      if (guess === undefined) continue;
      const at = { file: `$${name}`, line: 1, col: 1 };
      const message = `${name} means nothing`;
      diagnostics.push({
        severity: 'warning',
        code: 'UNKNOWN_VARIABLE',
        message,
        remedy: `did you mean ${guess}?`,
        at,
      });
      continue;
    }
    const value = variable.list
      ? text.split(',').map(item => item.trim())
      : variable.number && /^[0-9]{1,9}$/.test(text)
        ? Number(text)
        : text;
    const yaml = JSON.stringify(value);
    const reading = readYaml(`$${name}`, yaml);
    diagnostics.push(...reading.diagnostics);
    if (reading.document !== undefined) set.push({ path: variable.path, source: reading.document });
  }

  let value = document.value;
  for (const { path, source } of set) value = withValue(value, path, source.value);
  const sourceOf = (path: Path) => set.find(entry => entry.path.every((step, index) => path[index] === step));
  return {
    diagnostics,
    document: {
      file: document.file,
      value,
      at(path) {
        const entry = sourceOf(path);
        return entry === undefined ? document.at(path) : entry.source.at(path.slice(entry.path.length));
      },
      atKey(path) {
        const entry = sourceOf(path);
        return entry === undefined ? document.atKey(path) : entry.source.atKey(path.slice(entry.path.length));
      },
    },
  };
}

/** A copy with one value replaced. What stands in the way and is no mapping is left for the schema to complain about. */
function withValue(around: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (around !== null && around !== undefined && (typeof around !== 'object' || Array.isArray(around))) return around;
  const inner =
    around === null || around === undefined ? undefined : own(around as Record<string, unknown>, String(step));
  return { ...around, [step]: withValue(inner, rest, value) };
}
