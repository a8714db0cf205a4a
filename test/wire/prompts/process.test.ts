import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/base/clock.ts';
import { type ProcessRequest, runProcess } from '../../../src/prompts/process.ts';

const node = (script: string, more: Partial<ProcessRequest> = {}): ProcessRequest => ({
  program: process.execPath,
  args: ['-e', script],
  environment: {},
  input: '',
  timeout: 60_000,
  longestOutput: 1_000_000,
  ...more,
});

describe('a process', () => {
  it('gets its input, and gives its output, its complaint and its status', async () => {
    const script =
      'process.stdin.on("data", d => process.stdout.write(String(d).toUpperCase())).on("end", () => { console.error("oh"); process.exitCode = 3; })';
    const outcome = await runProcess(systemClock, node(script, { input: 'szép napot' })).outcome;
    expect(outcome).toEqual({ kind: 'exited', status: 3, output: Buffer.from('SZÉP NAPOT'), complaint: 'oh\n' });
  });

  it('sees only the environment that it is given, and no shell sees its arguments', async () => {
    const args = [
      '-e',
      'console.log(JSON.stringify([process.argv.slice(1), Object.keys(process.env)]))',
      '--',
      '$(id)',
      ';',
      'a b',
    ];
    const outcome = await runProcess(systemClock, { ...node(''), args, environment: { GREETING: 'hello' } }).outcome;
    if (outcome.kind !== 'exited') throw new Error(outcome.kind);
    expect(JSON.parse(outcome.output.toString())).toEqual([
      ['$(id)', ';', 'a b'],
      expect.arrayContaining(['GREETING']),
    ]);
    expect(outcome.output.toString()).not.toContain('PATH');
  });

  it('is ended with all that it started, when its time is over', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kozpont-process-'));
    const portFile = join(folder, 'port');
    const grandchild = `require('node:net').createServer(socket => socket.write('here')).listen(0, '127.0.0.1', function () {
      require('node:fs').writeFileSync(${JSON.stringify(`${portFile}.new`)}, String(this.address().port));
      require('node:fs').renameSync(${JSON.stringify(`${portFile}.new`)}, ${JSON.stringify(portFile)});
    });`;
    const script = `
      require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' });
      setInterval(() => {}, 1000);`;
    const clock = new VirtualClock();
    const running = runProcess(clock, node(script, { timeout: 5000 }));
    const port = await vi.waitFor(() => readFile(portFile, 'utf8'), { timeout: 15_000 });
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'data');
    expect(clock.armed).toBe(1);
    const closed = once(socket, 'close');
    clock.advance(5000);
    expect(await running.outcome).toEqual({ kind: 'timedOut' });
    await closed;
    expect(clock.armed).toBe(0);
    await rm(folder, { recursive: true });
  });

  it('is told from one that crashed', async () => {
    expect(
      await runProcess(systemClock, node('process.kill(process.pid, "SIGSEGV"); setInterval(() => {}, 1000)')).outcome,
    ).toEqual({
      kind: 'crashed',
      signal: 'SIGSEGV',
    });
  });

  it('may not write without end', async () => {
    const outcome = await runProcess(systemClock, node('setInterval(() => process.stdout.write("x".repeat(65536)), 0)'))
      .outcome;
    expect(outcome).toEqual({ kind: 'tooMuchOutput' });
  });

  it('that is not there is a failure', async () => {
    expect(await runProcess(systemClock, { ...node(''), program: '/nonexistent/espeak' }).outcome).toMatchObject({
      kind: 'failed',
      error: expect.objectContaining({ code: 'ENOENT' }),
    });
  });

  it('can be killed, twice, and before it has started', async () => {
    const running = runProcess(systemClock, node('setInterval(() => {}, 1000)'));
    running.kill();
    running.kill();
    expect(await running.outcome).toEqual({ kind: 'killed' });
    running.kill();
  });

  it('that reads nothing does not break us', async () => {
    const outcome = await runProcess(systemClock, node('process.exit(0)', { input: 'x'.repeat(10_000_000) })).outcome;
    expect(outcome).toMatchObject({ kind: 'exited', status: 0 });
  });
});
