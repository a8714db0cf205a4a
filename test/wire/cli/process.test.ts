import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Build, build } from '../../support/build.ts';
import { removeFolder } from '../../support/removeFolder.ts';

let compiled: Build;
let folder: string;

beforeAll(async () => {
  compiled = await build();
  folder = await mkdtemp(join(tmpdir(), 'kozpont-cli-'));
});
afterAll(async () => {
  await compiled.remove();
  await removeFolder(folder);
});

interface Ended {
  readonly status: number;
  readonly output: string;
  readonly complaint: string;
}

function kozpont(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise(resolve => {
    const options = { cwd: folder, env: { PATH: '/usr/bin:/bin', ...environment } };
    execFile(process.execPath, [compiled.file('cli/main'), ...words], options, (error, output, complaint) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, output, complaint });
    });
  });
}

describe('the program', () => {
  it('explains itself', async () => {
    expect(await kozpont(['--help'])).toMatchObject({
      status: 0,
      complaint: '',
      output: expect.stringContaining('kozpont check'),
    });
    expect(await kozpont(['--version'])).toMatchObject({
      status: 0,
      output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it('exits with 2 where it is not understood, and says so on standard error', async () => {
    expect(await kozpont([])).toMatchObject({ status: 2 });
    expect(await kozpont(['chekc'])).toMatchObject({
      status: 2,
      output: '',
      complaint: expect.stringContaining('did you mean check?'),
    });
  });

  it('loads every command that it lists', async () => {
    const { output } = await kozpont(['--help']);
    const names = [...output.matchAll(/^ {2}kozpont ([a-z]+) {2,}/gm)].map(match => match[1] ?? '');
    expect(names).toEqual(expect.arrayContaining(['run', 'check', 'phones']));
    for (const name of names) {
      expect(await kozpont(['help', name])).toMatchObject({
        status: 0,
        output: expect.stringContaining(`kozpont ${name}`),
      });
    }
  });

  it('tells every fault of its settings, and exits with 1', async () => {
    await writeFile(join(folder, 'k.yaml'), 'sip: { listen: [udp:here:1] }\nmedia: { rest: 5 }\n');
    const { status, output, complaint } = await kozpont(['phones', '--config', 'k.yaml']);
    expect([status, output]).toEqual([1, '']);
    expect(complaint).toMatch(/^k\.yaml:1:17 WRONG_VALUE .*\n.*\nk\.yaml:2:16 WRONG_TYPE /);
    expect(complaint).toMatch(/\n2 errors\n$/);
    expect(await kozpont(['phones', '-c', 'none.yaml'])).toMatchObject({
      status: 1,
      complaint: expect.stringMatching(/^none\.yaml:1:1 FILE_UNREADABLE /),
    });
  });

  describe('run', () => {
    const plan = `kozpont: 1
company: { name: Example Ltd, timezone: Europe/Budapest, languages: [en] }
prompts: { bye: { en: Bye. } }
extensions: { "10": { name: Reception } }
queues: { reception: { agents: ["10"], maxWait: 1m, overflow: goodbye:bye } }
transfer: { recall: { otherwise: queue:reception } }
numbers: { "+361": queue:reception }
`;
    const environment = {
      PATH: '/usr/bin:/bin',
      KOZPONT_DIALPLAN: 'plan.yaml',
      KOZPONT_LOG_LEVEL: 'warn',
      KOZPONT_API_LISTEN: '127.0.0.1:0',
    };

    it('prints where it listens, and ends in good order at SIGTERM', async () => {
      await writeFile(join(folder, 'plan.yaml'), plan);
      const child = spawn(process.execPath, [compiled.file('cli/main'), 'run'], {
        cwd: folder,
        env: { ...environment, KOZPONT_SIP_LISTEN: 'udp:127.0.0.1:0,tcp:127.0.0.1:0' },
      });
      const exited = once(child, 'exit');
      let output = '';
      let complaint = '';
      child.stderr.on('data', chunk => {
        complaint += chunk;
      });
      await new Promise<void>((resolve, reject) => {
        child.stdout.on('data', chunk => {
          output += chunk;
          if (output.includes('Stop with Ctrl-C.\n')) resolve();
        });
        child.once('exit', () => reject(new Error(`it ended too early:\n${output}${complaint}`)));
      });
      expect(output).toMatch(/^ {2}SIP +udp 127\.0\.0\.1:\d{4,5}, tcp 127\.0\.0\.1:\d{4,5}$/m);
      expect(output).toContain('New passwords were made for 10, in var/credentials.yaml');
      expect(complaint).toBe('');
      child.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
      expect(complaint).toMatch(/^SIGTERM: no new calls/);
    });

    it('takes calls before its prompts are spoken, and says when they are', async () => {
      await writeFile(join(folder, 'plan.yaml'), plan);
      // A voice that speaks when the test says so.
      const script = join(folder, 'voice.cjs');
      await writeFile(
        script,
        `const { existsSync } = require('node:fs');
const wait = () => existsSync('speak') ? process.exit(1) : setTimeout(wait, 20);
wait();`,
      );
      await writeFile(
        join(folder, 'slow.yaml'),
        `state: slow\ncredentials: slow/credentials.yaml\ntts: { command: [${process.execPath}, ${script}] }\n`,
      );
      const child = spawn(process.execPath, [compiled.file('cli/main'), 'run', '--config', 'slow.yaml'], {
        cwd: folder,
        env: { ...environment, KOZPONT_SIP_LISTEN: 'udp:127.0.0.1:0,tcp:127.0.0.1:0' },
      });
      const exited = once(child, 'exit');
      let said = '';
      child.stdout.on('data', chunk => (said += chunk));
      child.stderr.on('data', chunk => (said += chunk));
      await expect.poll(() => said, { timeout: 15_000 }).toContain('The prompts are being spoken.');
      expect(said).toContain(' is ready: Example Ltd');
      expect(said).not.toContain('PROMPT_UNAVAILABLE');
      await writeFile(join(folder, 'speak'), '');
      await expect
        .poll(() => said, { timeout: 15_000 })
        .toMatch(/PROMPT_UNAVAILABLE the prompt bye \(en\) cannot be had/);
      child.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
    });

    it('does not start where no call could have sound', async () => {
      await writeFile(join(folder, 'plan.yaml'), plan);
      await writeFile(join(folder, 'config.yaml'), 'media: { address: 192.0.2.77 }');
      const { status, output, complaint } = await kozpont(['run', '--config', 'config.yaml'], environment);
      expect([status, output]).toEqual([1, '']);
      expect(complaint).toContain('kozpont: MEDIA_ADDRESS RTP 192.0.2.77 is no address of this machine\n    → write ');
    });

    it('says which port is taken, and by which setting it moves', async () => {
      await writeFile(join(folder, 'plan.yaml'), plan);
      const socket = createSocket('udp4');
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      const { port } = socket.address();
      const { status, output, complaint } = await kozpont(['run'], {
        ...environment,
        KOZPONT_SIP_LISTEN: `udp:127.0.0.1:${port}`,
      });
      expect([status, output]).toEqual([1, '']);
      expect(complaint).toContain(`kozpont: ADDRESS_IN_USE udp 127.0.0.1:${port}`);
      expect(complaint).toContain('sip.listen ($KOZPONT_SIP_LISTEN), or KOZPONT_SIP_LISTEN=udp:127.0.0.1:');
      await new Promise<void>(resolve => {
        socket.close(resolve);
      });
    });
  });

  it('takes the dialplan of its environment', async () => {
    const { status, complaint } = await kozpont(['phones'], { KOZPONT_DIALPLAN: 'nowhere.yaml' });
    expect(status).toBe(1);
    expect(complaint).toMatch(/^nowhere\.yaml:1:1 FILE_UNREADABLE /);
  });
});
