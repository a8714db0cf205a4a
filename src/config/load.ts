import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { type Diagnostic, hasErrors, inReadingOrder } from '../base/yaml/diagnostic.ts';
import { readYaml, type YamlDocument } from '../base/yaml/document.ts';
import { type Checked, checkShape } from '../base/yaml/schema.ts';
import type { Config, Engine } from './config.ts';
import { readEngine } from './engine.ts';
import { type Environment, overlayEnvironment } from './environment.ts';
import { type ConfigYaml, configSchema } from './schema.ts';

export interface ConfigSource {
  /** A file that must be there, or undefined for the usual one, which may be missing. */
  readonly file?: string;
  /** What relative paths, in the file and elsewhere, start from. */
  readonly folder: string;
  readonly environment: Environment;
  /** From the command line: goes before everything else. */
  readonly dialplan?: string;
}

export const usualConfigFile = 'config/kozpont.yaml';

/** Reads and checks the configuration. Further codes: `FILE_UNREADABLE`, and those of `readEngine`. */
export async function loadConfig(source: ConfigSource): Promise<Checked<Config>> {
  const file = source.file ?? usualConfigFile;
  let text = '';
  try {
    text = await readFile(resolve(source.folder, file), 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing || source.file !== undefined) return { diagnostics: [unreadable(file, error)] };
  }
  return parseConfig(file, text, source);
}

export function parseConfig(file: string, text: string, source: Omit<ConfigSource, 'file'>): Checked<Config> {
  const reading = readYaml(file, text);
  if (reading.document === undefined) return { diagnostics: reading.diagnostics };
  const { document, diagnostics: fromEnvironment } = overlayEnvironment(reading.document, source.environment);
  const shape = checkShape(document, configSchema);
  const diagnostics = [...fromEnvironment, ...shape.diagnostics];
  if (shape.value === undefined) return { diagnostics: inReadingOrder(diagnostics) };

  const engine = readEngine(shape.value, document, source);
  diagnostics.push(...engine.diagnostics);
  if (engine.value === undefined || hasErrors(diagnostics)) return { diagnostics: inReadingOrder(diagnostics) };
  return { value: compile(shape.value, engine.value, document, source), diagnostics };
}

function compile(yaml: ConfigYaml, engine: Engine, document: YamlDocument, source: Omit<ConfigSource, 'file'>): Config {
  const absolute = (path: string): string => resolve(source.folder, path);
  const state = absolute(yaml.state);
  const { engine: _, command, speed, ...tts } = yaml.tts;
  const [program, ...args] = command ?? [];
  const { listen, hosts } = yaml.api;
  return {
    node: yaml.node,
    engine,
    sip: {
      listeners: yaml.sip.listen.map((listener, index) => ({ ...listener, at: document.at(['sip', 'listen', index]) })),
      advertise: yaml.sip.advertise,
      realm: yaml.sip.realm,
    },
    media: { ...yaml.media, ports: { ...yaml.media.ports, at: document.at(['media', 'ports']) } },
    trunks: Object.entries(yaml.trunks).map(([name, { from, callsPerSecond, mediaFrom, ...numbering }]) => ({
      name,
      from,
      callsPerSecond,
      mediaFrom,
      numbering,
    })),
    files: {
      dialplan: absolute(source.dialplan ?? yaml.dialplan),
      prompts: absolute(yaml.prompts),
      state,
      credentials: yaml.credentials === undefined ? join(state, 'credentials.yaml') : absolute(yaml.credentials),
      promptCache: join(state, 'prompts'),
      versions: join(state, 'dialplans'),
      calls: join(state, 'calls'),
      records: yaml.records === undefined ? join(state, 'records.jsonl') : absolute(yaml.records),
      api: join(state, 'api.json'),
      registrations: join(state, 'registrations'),
      overrides: join(state, 'overrides.json'),
    },
    tts: {
      ...tts,
      engine: program === undefined ? { kind: 'builtin', speed } : { kind: 'command', command: [program, ...args] },
    },
    log: yaml.log,
    limits: yaml.limits,
    api: { listen: listen === undefined ? undefined : { ...listen, at: document.at(['api', 'listen']) }, hosts },
    phones: yaml.phones,
  };
}

function unreadable(file: string, error: unknown): Diagnostic {
  return {
    severity: 'error',
    code: 'FILE_UNREADABLE',
    message: `the configuration cannot be read: ${messageOf(error)}`,
    remedy: 'name another file with --config, or none for the defaults',
    at: { file, line: 1, col: 1 },
  };
}
