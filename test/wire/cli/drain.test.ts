import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Build, build } from '../../support/build.ts';
import { removeFolder } from '../../support/removeFolder.ts';

let compiled: Build;
let folder: string;

beforeAll(async () => {
  compiled = await build();
  folder = await mkdtemp(join(tmpdir(), 'kozpont-drain-cli-'));
  await writeFile(
    join(folder, 'plan.yaml'),
    `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: { en: Bye. } }
extensions: { "10": { name: Reception } }
queues: { reception: { agents: ["10"], maxWait: 1m, overflow: goodbye:bye } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": queue:reception }
`,
  );
}, 60_000);
afterAll(async () => {
  await compiled.remove();
  await removeFolder(folder);
});

const environment = {
  PATH: '/usr/bin:/bin',
  KOZPONT_DIALPLAN: 'plan.yaml',
  KOZPONT_SIP_LISTEN: 'udp:127.0.0.1:0',
  KOZPONT_LOG_LEVEL: 'warn',
};

const run = (words: readonly string[], api = '127.0.0.1:0') =>
  spawn(process.execPath, [compiled.file('cli/main'), ...words], {
    cwd: folder,
    env: { ...environment, KOZPONT_API_LISTEN: api },
  });

it('kozpont drain ends a running switchboard, and both exit with 0', async () => {
  const switchboard = run(['run']);
  const exited = once(switchboard, 'exit');
  let complaint = '';
  switchboard.stderr.on('data', chunk => {
    complaint += chunk;
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    switchboard.stdout.on('data', chunk => {
      output += chunk;
      if (output.includes('Stop with Ctrl-C.\n')) resolve();
    });
    switchboard.once('exit', () => reject(new Error(`it ended too early:\n${output}${complaint}`)));
  });
  expect(output).toMatch(/^ {2}health, metrics +http:\/\/127\.0\.0\.1:\d{4,5}$/m);
  const printed = await new Promise<string>((resolve, reject) => {
    const options = { cwd: folder, env: environment };
    execFile(process.execPath, [compiled.file('cli/main'), 'drain'], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${stdout}${stderr}`));
    });
  });
  expect(printed).toBe('No call is in progress\nEvery call has ended; Kozpont stops.\n');
  expect(await exited).toEqual([0, null]);
  expect(complaint).toBe('kozpont drain: no new calls; those in progress may end.\n');
  expect(await readdir(join(folder, 'var'))).not.toContain('api.json');
});

it('a port of the API that is taken stops the start, and the setting that moves it is named', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const switchboard = run(['run'], `127.0.0.1:${port}`);
  let complaint = '';
  switchboard.stderr.on('data', chunk => {
    complaint += chunk;
  });
  expect(await once(switchboard, 'exit')).toEqual([1, null]);
  expect(complaint).toContain(`kozpont: API_ADDRESS_IN_USE the API cannot listen on 127.0.0.1:${port}`);
  expect(complaint).toContain('api.listen ($KOZPONT_API_LISTEN), or KOZPONT_API_LISTEN=127.0.0.1:');
  await new Promise<void>(resolve => {
    other.close(() => resolve());
  });
});
