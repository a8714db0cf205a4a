import { readFile, realpath, stat } from 'node:fs/promises';
import { contentHash } from '../base/contentHash.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { writeWhole } from '../base/writeWhole.ts';
import type { History, Versions } from './versions.ts';

/**
 * The version to go back to. `held` is the version of what the file holds now: where that never took calls, it is the
 * one that does; else the one that was taken up first before it. `wanted`: the beginning of a version.
 */
export function rollbackTarget(
  { versions, current }: History,
  held: string | undefined,
  wanted?: string,
): Result<string, string> {
  if (wanted !== undefined) {
    const found = versions.filter(({ version }) => version.startsWith(wanted));
    const [first] = found;
    if (first === undefined) return fail(`there is no version ${wanted}`);
    return found.length > 1 ? fail(`${found.length} versions begin with ${wanted}`) : ok(first.version);
  }
  const index = versions.findIndex(({ version }) => version === held);
  const before = index < 0 ? current : versions[index - 1]?.version;
  return before === undefined ? fail('there is no version before this one') : ok(before);
}

/**
 * Puts an earlier version in the place of the dialplan; a running Kozpont takes it up like any other change. What the
 * file held is kept beside the versions. Rejects with what the file system says.
 */
export async function rollBack(
  file: string,
  versions: Versions,
  wanted?: string,
): Promise<Result<{ readonly version: string; readonly keptAs: string | undefined }, string>> {
  const bytes = await readFile(file).catch(() => undefined);
  const held = bytes === undefined ? undefined : contentHash(bytes.toString('utf8'));
  const target = rollbackTarget(await versions.history(), held, wanted);
  if (!target.ok) return target;
  const earlier = await readFile(versions.pathOf(target.value));
  if (bytes !== undefined && held !== undefined) await versions.keep(held, bytes);
  const mode = await stat(file).then(
    found => found.mode & 0o777,
    () => 0o644,
  );
  // A link stays one.
  await writeWhole(await realpath(file).catch(() => file), earlier, mode);
  return ok({ version: target.value, keptAs: held === undefined ? undefined : versions.pathOf(held) });
}
