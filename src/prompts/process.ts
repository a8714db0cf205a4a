import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Clock, Duration } from '../base/clock.ts';

export interface ProcessRequest {
  readonly program: string;
  readonly args: readonly string[];
  /** All that the process sees of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly input: string;
  readonly timeout: Duration;
  /** Bytes of standard output; more ends the process. */
  readonly longestOutput: number;
}

export type ProcessOutcome =
  | { readonly kind: 'exited'; readonly status: number; readonly output: Buffer; readonly complaint: string }
  /** Ended by a signal that was not ours. */
  | { readonly kind: 'crashed'; readonly signal: string }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'tooMuchOutput' }
  /** The program could not be started. */
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'killed' };

export interface RunningProcess {
  readonly outcome: Promise<ProcessOutcome>;
  /** Idempotent; the outcome is `killed` if the process was still running. */
  kill(): void;
}

/** Beside calls in progress nothing here is urgent: below normal, as `nice` has it. */
export const niceness = 10;
const complaintLength = 4000;

/** Runs a program to its end, without a shell, together with whatever it starts itself. Never rejects. */
export function runProcess(clock: Clock, request: ProcessRequest): RunningProcess {
  // A group of its own, so that the children of a wrapper script end with it.
  const grouped = process.platform !== 'win32';
  const child = spawn(request.program, [...request.args], {
    env: { ...request.environment },
    stdio: 'pipe',
    detached: grouped,
    windowsHide: true,
  });
  let verdict: ProcessOutcome | undefined;
  const end = (why: ProcessOutcome): void => {
    if (verdict !== undefined) return;
    verdict = why;
    killTree(child, grouped);
  };

  const outcome = new Promise<ProcessOutcome>(resolve => {
    const timer = clock.after(request.timeout, () => end({ kind: 'timedOut' }));
    const output: Buffer[] = [];
    let length = 0;
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > request.longestOutput) end({ kind: 'tooMuchOutput' });
      else output.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(0, complaintLength);
    });
    // A program that reads no input, or ends before it has, breaks the pipe: its exit tells what it made of it.
    child.stdin.on('error', () => {});
    child.stdin.end(request.input);
    child.once('error', error => {
      timer.cancel();
      resolve({ kind: 'failed', error });
    });
    child.once('spawn', () => {
      try {
        if (child.pid !== undefined) setPriority(child.pid, niceness);
      } catch {
        // It has ended already, or the system knows no priorities.
      }
    });
    // Once it was killed, nobody waits for pipes that a grandchild may have taken along.
    child.once('exit', () => {
      if (verdict === undefined) return;
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.once('close', (status, signal) => {
      timer.cancel();
      if (verdict !== undefined) resolve(verdict);
      else if (status === null) resolve({ kind: 'crashed', signal: signal ?? 'unknown' });
      else resolve({ kind: 'exited', status, output: Buffer.concat(output), complaint });
    });
  });
  return { outcome, kill: () => end({ kind: 'killed' }) };
}

function killTree(child: ChildProcess, grouped: boolean): void {
  if (child.pid === undefined) return;
  try {
    if (grouped) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
