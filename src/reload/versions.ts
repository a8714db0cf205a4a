/**
 * The versions of the dialplan that took calls, in a folder of the state: `<version>.yaml` is the file as it was, and
 * `history` has a line for each time that one was taken up, oldest first: the instant (RFC 3339) and the version.
 */
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../base/clock.ts';
import { writeWhole } from '../base/writeWhole.ts';

export interface KeptVersion {
  readonly version: string;
  /** When it was first taken up. */
  readonly since: string;
}

export interface History {
  /** Oldest first, each once. */
  readonly versions: readonly KeptVersion[];
  /** The one that was taken up last. */
  readonly current: string | undefined;
}

const mostVersions = 100;
const line = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f]{16})$/;

/** What a text of `history` says; lines that are none of ours are passed over. */
export function readHistory(text: string): History {
  const versions = new Map<string, KeptVersion>();
  let current: string | undefined;
  for (const [, since = '', version = ''] of text.split('\n').flatMap(one => [line.exec(one) ?? []])) {
    if (version === '') continue;
    if (!versions.has(version)) versions.set(version, { version, since });
    current = version;
  }
  return { versions: [...versions.values()], current };
}

/** Rejects with what the file system says. */
export class Versions {
  constructor(readonly folder: string) {}

  async history(): Promise<History> {
    return readHistory(await readIfThere(this.historyFile));
  }

  pathOf(version: string): string {
    return join(this.folder, `${version}.yaml`);
  }

  /** A file that is to be found again, whether it ever takes calls or not. */
  async keep(version: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeWhole(this.pathOf(version), bytes);
  }

  /** This one takes the calls from now on. The oldest ones are dropped where there are too many. */
  async takenUp(version: string, bytes: Uint8Array, now: Instant): Promise<void> {
    await this.keep(version, bytes);
    const { current, versions } = await this.history();
    if (current === version) return;
    await appendFile(this.historyFile, `${new Date(now).toISOString()} ${version}\n`, { mode: 0o600 });
    const surplus = versions.filter(one => one.version !== version).slice(0, -(mostVersions - 1));
    if (surplus.length === 0) return;
    const dropped = new Set(surplus.map(one => one.version));
    const kept = (await readIfThere(this.historyFile))
      .split('\n')
      .filter(one => !dropped.has(line.exec(one)?.[2] ?? ''));
    await writeWhole(this.historyFile, Buffer.from(kept.join('\n')));
    for (const one of dropped) await rm(this.pathOf(one), { force: true });
  }

  private get historyFile(): string {
    return join(this.folder, 'history');
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
