/**
 * Where the API of the running Kozpont is, and the token that may stop it: a file in the state folder that only its owner
 * can read, made anew at each start. Who may read it may as well send the process a signal.
 */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomId } from '../base/ids.ts';

export interface Access {
  /** `http://127.0.0.1:9060` */
  readonly url: string;
  readonly token: string;
}

/** 192 bits. */
export const newToken = (): string => randomId(24);

/** The whole file or nothing, mode 0600 from its first byte. Fails as the file system does. */
export async function writeAccess(file: string, access: Access): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomId()}.new`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(access)}\n`);
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Undefined where there is none, or what is there is not of this kind. Fails where it may not be read. */
export async function readAccess(file: string): Promise<Access | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('url' in value) || !('token' in value)) return undefined;
    const { url, token } = value;
    return typeof url === 'string' && URL.canParse(url) && typeof token === 'string' ? { url, token } : undefined;
  } catch {
    return undefined;
  }
}

/** At the end, unless another Kozpont has put its own there meanwhile. Never fails. */
export async function removeAccess(file: string, { token }: Access): Promise<void> {
  const found = await readAccess(file).catch(() => undefined);
  if (found?.token === token) await rm(file, { force: true }).catch(() => undefined);
}
