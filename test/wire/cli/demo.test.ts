import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Build, build } from '../../support/build.ts';
import { removeFolder } from '../../support/removeFolder.ts';

let compiled: Build;
let folder: string;

beforeAll(async () => {
  compiled = await build();
  folder = await mkdtemp(join(tmpdir(), 'kozpont-demo-test-'));
  await cp('dialplans', join(dirname(compiled.file('main')), '..', 'dialplans'), { recursive: true });
});
afterAll(async () => {
  await compiled.remove();
  await removeFolder(folder);
});

/** The whole story is told by `npm run demo` itself, which is part of every check of the project. */
describe('the demonstration', () => {
  test('fails when it is interrupted, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const program = spawn(process.execPath, [compiled.file('cli/main'), 'demo'], {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin', TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(program, 'exit');
    const complaint: string[] = [];
    createInterface(program.stderr).on('line', line => complaint.push(line));
    const told: string[] = [];
    for await (const line of createInterface(program.stdout)) {
      told.push(line);
      if (line.includes('hears the greeting')) break;
    }
    program.kill('SIGINT');
    expect(await exited).toEqual([1, null]);
    expect(told[0]).toMatch(/^ +0\.\d\d s {2}● Reception {4}registers as extension 10$/);
    expect(complaint.join('\n')).toContain('kozpont: the demonstration has failed: SIGINT: it was interrupted');
    expect(await readdir(folder)).toEqual([]);
  });
});
