/** Once for a run: `src/` and the witness as they are now, compiled into a folder of their own. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const root = fileURLToPath(new URL('../../..', import.meta.url));

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder that `src` and `test` were compiled into. */
    compiled: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'hostile-build-'));
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const settings = join(root, 'test', 'hostile', 'support', 'tsconfig.json');
  await promisify(execFile)(process.execPath, [compiler, '-p', settings, '--outDir', folder], { cwd: root });
  project.provide('compiled', folder);
  return () => rm(folder, { recursive: true, force: true });
}
