import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock, Duration, Instant } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { KozpontError, messageOf } from '../base/errors.ts';
import { ok } from '../base/result.ts';
import { restorePlan } from '../dialplan/compile/restore.ts';
import type { Outcome } from './check.ts';

/** What the thread is given. */
export interface Job {
  readonly bytes: Uint8Array;
  readonly shownAs: string;
  readonly now: Instant;
}

export interface CheckingOptions {
  readonly clock: Clock;
  /** The compiled `worker.ts`; the one beside this file where none is given. */
  readonly worker?: string;
  /** How long a check may take; one that takes longer has failed. */
  readonly within?: Duration;
  /** Megabytes: a thread that needs more ends, and the process does not. */
  readonly memory?: number;
}

const patience: Duration = 60_000;
/** Five times what a dialplan of two hundred menus and a thousand extensions needs. */
const enough = 1_024;

/**
 * Checks a dialplan in a thread of its own: its rules and its proof take a good second for a large one, in which no
 * packet would be sent. Rejects with `CHECK_FAILED` where the thread ends without an outcome (`stop` included), and with
 * `DEADLINE_PASSED`; it is over by then.
 */
export async function checkInThread(
  { clock, worker: file = workerFile, within = patience, memory = enough }: CheckingOptions,
  bytes: Uint8Array,
  shownAs: string,
  stop: AbortSignal,
): Promise<Outcome> {
  if (stop.aborted) throw new KozpontError('CHECK_FAILED', 'the dialplan is not checked any more');
  const job: Job = { bytes, shownAs, now: clock.now() };
  const worker = new Worker(file, { workerData: job, resourceLimits: { maxOldGenerationSizeMb: memory } });
  const end = (): void => void worker.terminate();
  stop.addEventListener('abort', end, { once: true });
  try {
    const outcome = await withDeadline(clock, within, 'the check of the dialplan', outcomeOf(worker));
    if (!outcome.ok) return outcome;
    const { plan, diagnostics } = outcome.value;
    return ok({ plan: restorePlan(plan), diagnostics });
  } finally {
    stop.removeEventListener('abort', end);
    await worker.terminate();
  }
}

const outcomeOf = (worker: Worker): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const failed = (why: string): void =>
      reject(new KozpontError('CHECK_FAILED', `the thread that checks the dialplan ${why}`));
    worker.once('message', resolve);
    worker.once('error', error => failed(`failed: ${messageOf(error)}`));
    worker.once('exit', () => failed('ended without an outcome'));
  });

/** A source file is run by the tests alone: threads need the compiled one. */
const workerFile = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/reload/worker.js' : './worker.js', import.meta.url),
);
