import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { openCredentials } from '../../../src/config/credentials.ts';
import { createPhone } from '../../../src/phone/phone.ts';
import { type Build, build } from '../../support/build.ts';
import { removeFolder } from '../../support/removeFolder.ts';

let compiled: Build;
let folder: string;

beforeAll(async () => {
  compiled = await build();
  folder = await mkdtemp(join(tmpdir(), 'kozpont-killed-'));
});
afterAll(async () => {
  await compiled.remove();
  await removeFolder(folder);
});

const plan = `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: { en: Bye. } }
extensions: { "10": { name: Reception } }
queues: { reception: { agents: ["10"], maxWait: 1m, overflow: goodbye:bye } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": queue:reception }
`;

/** `port` 0: any that is free. Gives the process when it takes calls, and the UDP port. */
async function started(port: number) {
  const child = spawn(process.execPath, [compiled.file('cli/main'), 'run'], {
    cwd: folder,
    env: {
      PATH: '/usr/bin:/bin',
      KOZPONT_DIALPLAN: 'plan.yaml',
      KOZPONT_LOG_LEVEL: 'warn',
      KOZPONT_SIP_LISTEN: `udp:127.0.0.1:${port}`,
    },
  });
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk;
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => {
      if (output.includes('Stop with Ctrl-C.\n')) resolve();
    });
    child.once('exit', () => reject(new Error(`it ended too early:\n${output}`)));
  });
  const end = (signal: NodeJS.Signals): Promise<unknown> => {
    child.kill(signal);
    return exited;
  };
  return { end, port: Number(/udp 127\.0\.0\.1:(\d+)/.exec(output)?.[1]) };
}

test('a process that was killed knows where its phones are when it is started again', async () => {
  await writeFile(join(folder, 'plan.yaml'), plan);
  const first = await started(0);
  const credentials = await openCredentials({ file: join(folder, 'var/credentials.yaml'), extensions: ['10'] });
  const password = credentials.value?.passwordOf('10') ?? '';
  const server = { address: '127.0.0.1', port: first.port };
  const common = { clock: systemClock, log: silentLog, server };
  const reception = await createPhone({ ...common, user: '10', password });
  const caller = await createPhone({ ...common, user: '+36201112233' });
  await reception.register();
  await vi.waitFor(() => stat(join(folder, 'var/registrations')), { timeout: 20_000, interval: 20 });
  expect(await first.end('SIGKILL')).toEqual([null, 'SIGKILL']);

  const second = await started(first.port);
  try {
    const outside = caller.call('+361');
    const inside = await reception.rung();
    await inside.answer();
    await outside.hangUp();
    await inside.ended();
  } finally {
    await Promise.all([reception.close(), caller.close()]);
    await second.end('SIGTERM');
  }
});
