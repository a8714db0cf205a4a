/** The file of the call records, as those treat it who look after a server: rotated, and on a disk that fills up. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createPhone } from '../../../src/phone/phone.ts';
import { type Build, build } from '../../support/build.ts';
import { removeFolder } from '../../support/removeFolder.ts';

let compiled: Build;
let folder: string;

beforeAll(async () => {
  compiled = await build();
  folder = await mkdtemp(join(tmpdir(), 'kozpont-rotation-'));
});
afterAll(async () => {
  await compiled.remove();
  await removeFolder(folder);
});

const plan = `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: { en: Bye. } }
extensions: { "10": { name: Reception } }
transfer: { recall: { otherwise: goodbye:bye } }
numbers: { "+361": goodbye:bye }
`;

/** A Kozpont, and what calls it: gives the process, and a call that gets a goodbye. */
async function started() {
  await writeFile(join(folder, 'plan.yaml'), plan);
  await writeFile(join(folder, 'settings.yaml'), 'records: calls/records.jsonl\n');
  const child = spawn(process.execPath, [compiled.file('cli/main'), 'run', '--config', 'settings.yaml'], {
    cwd: folder,
    env: {
      PATH: '/usr/bin:/bin',
      KOZPONT_DIALPLAN: 'plan.yaml',
      KOZPONT_LOG_LEVEL: 'warn',
      KOZPONT_SIP_LISTEN: 'udp:127.0.0.1:0',
    },
  });
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk;
    });
  }
  await vi.waitFor(
    () => {
      expect(child.exitCode, output).toBe(null);
      expect(output).toContain('Stop with Ctrl-C.\n');
    },
    { timeout: 60_000, interval: 50 },
  );
  const server = { address: '127.0.0.1', port: Number(/udp 127\.0\.0\.1:(\d+)/.exec(output)?.[1]) };
  const caller = await createPhone({ clock: systemClock, log: silentLog, server, user: '+36201112233' });
  return {
    child,
    output: () => output,
    call: async (): Promise<void> => {
      const call = caller.call('+361');
      await call.answered();
      await call.hangUp();
    },
    end: async (): Promise<void> => {
      await caller.close();
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const lines = async (path: string): Promise<readonly string[]> => {
  const text = await readFile(path, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line).callId as string);
};
const patience = { timeout: 10_000, interval: 50 };

test('call records are rotated by renaming and SIGHUP', { timeout: 90_000 }, async () => {
  const kozpont = await started();
  const records = join(folder, 'calls/records.jsonl');
  try {
    await kozpont.call();
    await vi.waitFor(async () => expect(await lines(records)).toHaveLength(1), patience);
    await rename(records, `${records}.1`);
    kozpont.child.kill('SIGHUP');
    await vi.waitFor(async () => expect(await lines(records)).toEqual([]), patience);
    await kozpont.call();
    await vi.waitFor(async () => expect(await lines(records)).toHaveLength(1), patience);
    expect(await lines(`${records}.1`)).toHaveLength(1);
  } finally {
    await kozpont.end();
  }
});

const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)(
  `a disk that fills up loses and doubles no record${!isRoot ? ' (skipped: it takes root to mount a small one)' : ''}`,
  { timeout: 90_000 },
  async () => {
    const disk = join(folder, 'calls');
    await rm(disk, { recursive: true, force: true });
    await mkdir(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'kozpont-test', disk]);
    expect(mounted.status, String(mounted.stderr)).toBe(0);
    const kozpont = await started();
    const records = join(disk, 'records.jsonl');
    try {
      let calls = 0;
      while (!kozpont.output().includes('call records cannot be written')) {
        await kozpont.call();
        expect(++calls).toBeLessThan(100);
      }
      const before = await lines(records);
      expect(before.length).toBeGreaterThan(0);
      expect(before.length).toBeLessThan(calls);
      spawnSync('mount', ['-o', 'remount,size=1m', disk]);
      await vi.waitFor(async () => expect((await lines(records)).length).toBe(calls), { ...patience, timeout: 20_000 });
      const after = await lines(records);
      expect(new Set(after).size).toBe(calls);
      expect(after.slice(0, before.length)).toEqual(before);
    } finally {
      await kozpont.end();
      spawnSync('umount', [disk]);
    }
  },
);
