import { resolve } from 'node:path';
import { type Diagnostic, hasErrors } from '../base/yaml/diagnostic.ts';
import type { Path, YamlDocument } from '../base/yaml/document.ts';
import type { Checked } from '../base/yaml/schema.ts';
import type { Engine, FreeswitchServer } from './config.ts';
import type { ConfigSource } from './load.ts';
import type { ConfigYaml } from './schema.ts';
import { hasControlCharacter, isKnownSecret, readSecretFile } from './secrets.ts';
import { sharedPaths } from './sharedPaths.ts';

type Source = Pick<ConfigSource, 'folder'>;

/**
 * The engine of a configuration whose shape is right. Codes: `MISSING_KEY`, `WRONG_VALUE`,
 * `KNOWN_SECRET`, `SECRET_UNREADABLE`, `DUPLICATE_SERVER`.
 */
export function readEngine(yaml: ConfigYaml, document: YamlDocument, source: Source): Checked<Engine> {
  const diagnostics: Diagnostic[] = [];
  const error: Complain = (code, path, message, remedy) => {
    diagnostics.push({ severity: 'error', code, message, remedy, at: document.at(path) });
  };

  if (yaml.engine === 'drachtio') {
    for (const key of ['drachtio', 'freeswitch'] as const) {
      if (yaml[key] !== undefined) continue;
      error('MISSING_KEY', ['engine'], `the engine drachtio needs ${key}`, `say under ${key} where it is`);
    }
  }

  // A secret is looked at whichever engine is chosen: it stands in the file, and somebody will turn to it.
  const { drachtio } = yaml;
  const secret = drachtio === undefined ? undefined : secretOf(drachtio, ['drachtio'], source, error);
  if (secret?.includes('|')) {
    const path = ['drachtio', drachtio?.secretFile === undefined ? 'secret' : 'secretFile'];
    error(
      'WRONG_VALUE',
      path,
      "has a | in it, which ends it in drachtio's protocol",
      'set another one, there and here',
    );
  }
  const servers = (yaml.freeswitch ?? []).map((server, index) => {
    const own = secretOf(server, ['freeswitch', index], source, error);
    return mediaServer(server, index, own ?? '', document, source);
  });
  findDuplicates(servers, error);

  if (hasErrors(diagnostics)) return { diagnostics };
  if (yaml.engine === 'embedded' || drachtio === undefined || secret === undefined) {
    return { value: { kind: 'embedded' }, diagnostics };
  }
  const { host, port } = drachtio;
  return { value: { kind: 'drachtio', drachtio: { host, port, secret }, freeswitch: servers }, diagnostics };
}

type Complain = (code: string, path: Path, message: string, remedy: string) => void;
type FreeswitchYaml = NonNullable<ConfigYaml['freeswitch']>[number];
type ServerYaml = NonNullable<ConfigYaml['drachtio']>;

/** Undefined, and all is told, where there is none that can be used. */
function secretOf(
  { secret: written, secretFile }: Pick<ServerYaml, 'secret' | 'secretFile'>,
  path: Path,
  { folder }: Source,
  error: Complain,
): string | undefined {
  const choice = 'write secret, or the name of a file that holds it in secretFile';
  if (written === undefined && secretFile === undefined) {
    error('MISSING_KEY', path, `secret is missing in ${showPath(path)}`, choice);
    return undefined;
  }
  if (written !== undefined && secretFile !== undefined) {
    error('WRONG_VALUE', [...path, 'secret'], 'stands beside a secretFile', `keep one of them: ${choice}`);
    return undefined;
  }
  const at = [...path, written === undefined ? 'secretFile' : 'secret'];
  let secret = written;
  if (secretFile !== undefined) {
    const read = readSecretFile(resolve(folder, secretFile));
    if (!read.ok) {
      error('SECRET_UNREADABLE', at, read.error, 'name a file that the user who runs Kozpont can read');
      return undefined;
    }
    secret = read.value;
  }
  if (secret === undefined) return undefined;
  if (isKnownSecret(secret)) {
    error('KNOWN_SECRET', at, 'is a secret that everybody knows', 'set one of your own on that server, and here');
    return undefined;
  }
  if (hasControlCharacter(secret)) {
    error('WRONG_VALUE', at, 'has a control character in it', 'write the secret on one line, and nothing else');
    return undefined;
  }
  return secret;
}

function mediaServer(
  server: FreeswitchYaml,
  index: number,
  secret: string,
  document: YamlDocument,
  { folder }: Source,
): FreeswitchServer {
  const { name, host, port, profile, ports, paths } = server;
  return {
    name: name ?? `${host}:${port}`,
    host,
    port,
    secret,
    profile,
    paths: sharedPaths(paths, path => resolve(folder, path)),
    ports: ports === undefined ? undefined : { ...ports, at: document.at(['freeswitch', index, 'ports']) },
  };
}

/** Two entries of one server would count its room twice, and its fall as that of two. */
function findDuplicates(servers: readonly FreeswitchServer[], error: Complain): void {
  const seen = new Map<string, number>();
  for (const [index, { name, host, port }] of servers.entries()) {
    for (const [what, key] of [
      ['the name', `name ${name}`],
      ['the address', `address ${host}:${port}`],
    ] as const) {
      const earlier = seen.get(key);
      seen.set(key, earlier ?? index);
      if (earlier === undefined) continue;
      const remedy = what === 'the name' ? 'give each server a name of its own' : 'keep one of the two';
      error('DUPLICATE_SERVER', ['freeswitch', index], `has ${what} of freeswitch[${earlier}]`, remedy);
      break;
    }
  }
}

const showPath = (path: Path): string =>
  path.map(step => (typeof step === 'number' ? `[${step}]` : String(step))).join('');
