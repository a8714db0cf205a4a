import { open, rename, rm } from 'node:fs/promises';
import { randomId } from './ids.ts';

/** The whole file or nothing, in the place of what is there. */
export async function writeWhole(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  const draft = `${path}.${randomId()}.new`;
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
