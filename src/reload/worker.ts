/**
 * The thread that does one job for the main one and ends: nothing that a large dialplan takes is waited for by calls.
 */
import { platform, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { ok } from '../base/result.ts';
import { openCredentials } from '../config/credentials.ts';
import { checkBytes } from './check.ts';
import type { Checked, Job, OpenedPasswords } from './job.ts';
import { piecesOf } from './pieces.ts';

/** Below normal, as `nice` has it: a busy machine has a quarter of a core left for it. */
const niceness = 5;

function check({ bytes, shownAs, now }: Extract<Job, { kind: 'check' }>): Checked {
  const outcome = checkBytes(bytes, shownAs, now);
  if (!outcome.ok) return outcome;
  const { plan, diagnostics } = outcome.value;
  return ok({ pieces: piecesOf(plan), diagnostics });
}

async function openPasswords(job: Extract<Job, { kind: 'credentials' }>): Promise<OpenedPasswords> {
  const { value, diagnostics } = await openCredentials(job);
  if (value === undefined) return { diagnostics };
  const { added } = value;
  const known = new Map<string, string>();
  for (const extension of job.extensions) {
    const password = value.passwordOf(extension);
    if (password !== undefined) known.set(extension, password);
  }
  return { value: { known, added }, diagnostics };
}

const job = workerData as Job;
// Linux alone has a priority for each thread; elsewhere it is that of the process.
if (platform() === 'linux') setPriority(niceness);
parentPort?.postMessage(job.kind === 'check' ? check(job) : await openPasswords(job));
