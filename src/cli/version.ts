import { readFile } from 'node:fs/promises';

/** Of the package that this file belongs to, compiled or not. */
export async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  if (typeof found !== 'string') throw new Error('package.json has no version');
  return found;
}
