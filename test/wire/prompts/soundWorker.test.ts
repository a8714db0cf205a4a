import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { Job } from '../../../src/prompts/job.ts';
import { SoundWorker } from '../../../src/prompts/soundWorker.ts';

let folder: string;
const opened: SoundWorker[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kozpont-worker-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(worker => worker.close()));
  await rm(folder, { recursive: true });
});

const log = (): string => join(folder, 'log');
/** A worker that writes down its process and the job, and then does what the test wants: `done`, `life`. */
async function worker(body: string, timeout = 10_000): Promise<SoundWorker> {
  const program = join(folder, 'worker.mjs');
  await writeFile(
    program,
    `import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
    process.on('disconnect', () => process.exit());
    const life = ${JSON.stringify(join(folder, 'life'))};
    process.on('message', job => {
      appendFileSync(${JSON.stringify(log())}, process.pid + ' ' + job.output + '\\n');
      const done = outcome => process.send(outcome);
      ${body}
    });`,
  );
  const made = new SoundWorker({ clock: systemClock, timeout, program });
  opened.push(made);
  return made;
}

const job = (output: string): Job => ({ kind: 'music', output });

/** The process of each job, and the job, in their order. */
const journal = async (): Promise<readonly (readonly string[])[]> =>
  (await readFile(log(), 'utf8'))
    .trim()
    .split('\n')
    .map(line => line.split(' '));

it('does one job after the other, in one process', async () => {
  const made = await worker('done({ ok: true });');
  await Promise.all(['a', 'b', 'c'].map(name => made.run(job(name))));
  const lines = await journal();
  expect(lines.map(([, name]) => name)).toEqual(['a', 'b', 'c']);
  expect(new Set(lines.map(([pid]) => pid)).size).toBe(1);
});

it('says what a job failed of, and goes on with the next', async () => {
  const made = await worker(`done(job.output === 'a' ? { ok: false, reason: 'no such voice' } : { ok: true });`);
  const [a, b] = await Promise.allSettled([made.run(job('a')), made.run(job('b'))]);
  expect(a).toMatchObject({ status: 'rejected', reason: { message: 'no such voice' } });
  expect(b.status).toBe('fulfilled');
});

it('gives a job whose process dies to another one', async () => {
  const made = await worker(
    `if (existsSync(life)) done({ ok: true }); else { writeFileSync(life, ''); process.kill(process.pid, 'SIGKILL'); }`,
  );
  await made.run(job('a'));
  const lines = await journal();
  expect(lines.map(([, name]) => name)).toEqual(['a', 'a']);
  expect(lines[0]?.[0]).not.toBe(lines[1]?.[0]);
});

it('gives a job up whose process dies twice, and does the next one', async () => {
  const made = await worker(`if (job.output === 'a') process.kill(process.pid, 'SIGKILL'); else done({ ok: true });`);
  const [a, b] = await Promise.allSettled([made.run(job('a')), made.run(job('b'))]);
  expect(a).toMatchObject({ reason: { message: 'the process that makes sounds was ended by SIGKILL, twice' } });
  expect(b.status).toBe('fulfilled');
});

it('ends a process that does not answer in time, and does the next job in another', async () => {
  const made = await worker(`if (job.output !== 'a') done({ ok: true });`, 1_000);
  const [a, b] = await Promise.allSettled([made.run(job('a')), made.run(job('b'))]);
  expect(a).toMatchObject({ reason: { message: 'it was not done within 1000 ms' } });
  expect(b.status).toBe('fulfilled');
});

it('leaves nothing when it is closed in the middle of a job', async () => {
  const made = await worker('');
  const waiting = made.run(job('a'));
  await expect.poll(() => journal().catch(() => []), { timeout: 10_000 }).toHaveLength(1);
  const [[pid] = []] = await journal();
  await made.close();
  await expect(waiting).rejects.toThrow('already disposed of');
  await expect.poll(() => alive(Number(pid))).toBe(false);
  await expect(made.run(job('b'))).rejects.toThrow('already disposed of');
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
