import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules', '.cache');

export interface Build {
  /** The compiled file of `src/<path>.ts`. */
  file(path: string): string;
  remove(): Promise<void>;
}

/**
 * Compiles `src/` as it is now into a folder of its own: for tests that start a process, which cannot run TypeScript,
 * and that must not depend on when `dist/` was made. Types are not checked here.
 */
export async function build(): Promise<Build> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'test-build-'));
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const throwAway = [
    '--noCheck',
    '--incremental',
    'false',
    '--tsBuildInfoFile',
    'null',
    '--outDir',
    join(folder, 'dist'),
  ];
  await new Promise<void>((resolve, reject) => {
    execFile(
      process.execPath,
      [compiler, '-p', 'tsconfig.build.json', ...throwAway],
      { cwd: root },
      (error, output) => {
        if (error === null) resolve();
        else reject(new Error(`the compiler failed:\n${output}`));
      },
    );
  });
  return {
    file: path => join(folder, 'dist', `${path}.js`),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
