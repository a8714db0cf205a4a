import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock, Duration } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { KozpontError, messageOf } from '../base/errors.ts';
import { ok } from '../base/result.ts';
import type { Checked } from '../base/yaml/schema.ts';
import type { Credentials, CredentialsOptions } from '../config/credentials.ts';
import type { Outcome } from './check.ts';
import type { Checked as CheckedInPieces, Job, OpenedPasswords } from './job.ts';
import { planFrom } from './pieces.ts';

export interface ThreadOptions {
  readonly clock: Clock;
  /** The compiled `worker.ts`; the one beside this file where none is given. */
  readonly worker?: string;
  /** How long a job may take; one that takes longer has failed. */
  readonly within?: Duration;
  /** Megabytes: a thread that needs more ends, and the process does not. */
  readonly memory?: number;
}

/** On a machine that is busy with calls, it has to wait. */
const patience: Duration = 300_000;
/** Five times what a dialplan of two hundred menus and a thousand extensions needs. */
const enough = 1_024;

/**
 * Work on dialplans in a thread of its own: the rules and the proof of a large one take a good second, and the passwords
 * of its extensions a tenth of one, in which no packet would be sent. A job rejects with `THREAD_FAILED` where the thread
 * ends without an outcome (`stop` included), and with `DEADLINE_PASSED`; the thread is gone by then.
 */
export class Threads {
  constructor(private readonly options: ThreadOptions) {}

  /** `checkBytes`, from now on. */
  async check(bytes: Uint8Array, shownAs: string, stop: AbortSignal): Promise<Outcome> {
    const job: Job = { kind: 'check', bytes, shownAs, now: this.options.clock.now() };
    const outcome = await this.run<CheckedInPieces>('the check of the dialplan', job, stop);
    if (!outcome.ok) return outcome;
    const { pieces, diagnostics } = outcome.value;
    return ok({ plan: await planFrom(pieces), diagnostics });
  }

  async openCredentials(options: CredentialsOptions, stop: AbortSignal): Promise<Checked<Credentials>> {
    const job: Job = { kind: 'credentials', ...options };
    const { value, diagnostics } = await this.run<OpenedPasswords>('the reading of the passwords', job, stop);
    if (value === undefined) return { diagnostics };
    const { known, added } = value;
    return { value: { passwordOf: extension => known.get(extension), added }, diagnostics };
  }

  private async run<T>(what: string, job: Job, stop: AbortSignal): Promise<T> {
    const { clock, worker: file = workerFile, within = patience, memory = enough } = this.options;
    if (stop.aborted) throw new KozpontError('THREAD_FAILED', `${what} is not begun any more`);
    const worker = new Worker(file, { workerData: job, resourceLimits: { maxOldGenerationSizeMb: memory } });
    const end = (): void => void worker.terminate();
    stop.addEventListener('abort', end, { once: true });
    try {
      return await withDeadline(clock, within, what, outcomeOf<T>(what, worker));
    } finally {
      stop.removeEventListener('abort', end);
      await worker.terminate();
    }
  }
}

const outcomeOf = <T>(what: string, worker: Worker): Promise<T> =>
  new Promise((resolve, reject) => {
    const failed = (why: string): void => reject(new KozpontError('THREAD_FAILED', `${what} ${why}`));
    worker.once('message', resolve);
    worker.once('error', error => failed(`failed: ${messageOf(error)}`));
    worker.once('exit', () => failed('ended without an outcome'));
  });

/** A source file is run by the tests alone: threads need the compiled one. */
const workerFile = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/reload/worker.js' : './worker.js', import.meta.url),
);
