import { rm } from 'node:fs/promises';

/** Removes a folder of a process that was ended: what makes sounds for it may still write its last file. */
export const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
