import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { type Diagnostic, hasErrors, inReadingOrder } from '../base/yaml/diagnostic.ts';
import { readYaml, type YamlDocument } from '../base/yaml/document.ts';
import { type Checked, checkShape } from '../base/yaml/schema.ts';
import type { Config, Engine } from './config.ts';
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

/** Reads and checks the configuration. Further codes: `FILE_UNREADABLE`, `KNOWN_SECRET`, `ENGINE_UNAVAILABLE`. */
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

  diagnostics.push(...checkEngine(shape.value, document));
  if (hasErrors(diagnostics)) return { diagnostics: inReadingOrder(diagnostics) };
  return { value: compile(shape.value, document, source), diagnostics };
}

/** Secrets that servers are shipped with: everybody knows them. */
const knownSecrets: ReadonlySet<string> = new Set(['cymru', 'ClueCon', 'JambonzR0ck$', 'admin', 'secret', 'password']);

function checkEngine(yaml: ConfigYaml, document: YamlDocument): Diagnostic[] {
  const error = (code: string, path: readonly (string | number)[], message: string, remedy: string): Diagnostic => ({
    severity: 'error',
    code,
    message,
    remedy,
    at: document.at(path),
  });
  const found: Diagnostic[] = [];
  if (yaml.engine === 'drachtio') {
    found.push(
      error('ENGINE_UNAVAILABLE', ['engine'], 'this version has the embedded engine alone', 'write engine: embedded'),
    );
  }
  if (yaml.engine === 'drachtio') {
    for (const key of ['drachtio', 'freeswitch'] as const) {
      if (yaml[key] !== undefined) continue;
      found.push(error('MISSING_KEY', ['engine'], `the engine drachtio needs ${key}`, `say under ${key} where it is`));
    }
  }
  const servers = [
    ...(yaml.drachtio === undefined ? [] : [{ path: ['drachtio', 'secret'], secret: yaml.drachtio.secret }]),
    ...(yaml.freeswitch ?? []).map(({ secret }, index) => ({ path: ['freeswitch', index, 'secret'], secret })),
  ];
  for (const { path, secret } of servers) {
    if (!knownSecrets.has(secret)) continue;
    found.push(
      error('KNOWN_SECRET', path, 'is a secret that everybody knows', 'set one of your own on that server, and here'),
    );
  }
  return found;
}

function compile(yaml: ConfigYaml, document: YamlDocument, source: Omit<ConfigSource, 'file'>): Config {
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(source.folder, path));
  const state = absolute(yaml.state);
  const { engine: _, command, speed, ...tts } = yaml.tts;
  const [program, ...args] = command ?? [];
  return {
    engine: engineOf(yaml),
    sip: {
      listeners: yaml.sip.listen.map((listener, index) => ({ ...listener, at: document.at(['sip', 'listen', index]) })),
      advertise: yaml.sip.advertise,
      realm: yaml.sip.realm,
    },
    media: { ...yaml.media, ports: { ...yaml.media.ports, at: document.at(['media', 'ports']) } },
    trunks: Object.entries(yaml.trunks).map(([name, { from }]) => ({ name, from })),
    files: {
      dialplan: absolute(source.dialplan ?? yaml.dialplan),
      prompts: absolute(yaml.prompts),
      state,
      credentials: join(state, 'credentials.yaml'),
      promptCache: join(state, 'prompts'),
      versions: join(state, 'dialplans'),
      records: yaml.records === undefined ? join(state, 'records.jsonl') : absolute(yaml.records),
      overrides: join(state, 'overrides.json'),
    },
    tts: {
      ...tts,
      engine: program === undefined ? { kind: 'builtin', speed } : { kind: 'command', command: [program, ...args] },
    },
    log: yaml.log,
    limits: yaml.limits,
    phones: yaml.phones,
  };
}

/** Of a configuration without errors: the engine drachtio has its servers. */
function engineOf(yaml: ConfigYaml): Engine {
  if (yaml.engine === 'embedded') return { kind: 'embedded' };
  if (yaml.drachtio === undefined || yaml.freeswitch === undefined) throw new Error('unreachable: checked before');
  return { kind: 'drachtio', drachtio: yaml.drachtio, freeswitch: yaml.freeswitch };
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
