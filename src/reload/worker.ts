/**
 * The thread that does one job for the main one and ends: nothing that a large dialplan takes is waited for by calls.
 */
import { platform, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openCredentials } from '../config/credentials.ts';
import { checkBytes } from './check.ts';
import type { Job, OpenedPasswords } from './job.ts';

/** Beside calls in progress nothing here is urgent: below normal, as `nice` has it. */
const niceness = 10;

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
parentPort?.postMessage(job.kind === 'check' ? checkBytes(job.bytes, job.shownAs, job.now) : await openPasswords(job));
