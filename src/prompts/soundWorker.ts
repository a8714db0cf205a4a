import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Clock, Duration, Timer } from '../base/clock.ts';
import { disposed } from '../base/disposed.ts';
import type { Done, Job } from './job.ts';
import { niceness } from './process.ts';

export interface SoundWorkerOptions {
  readonly clock: Clock;
  /** For one job. */
  readonly timeout: Duration;
  /** The compiled `worker.ts`; the one beside this file where none is given. */
  readonly program?: string;
}

type Outcome = Done | { readonly ok: 'crashed'; readonly signal: string } | { readonly ok: 'late' };

/** How long a worker without a job stays: what it has compiled is worth some memory while more may come. */
const patience = 10_000;

/** Beside this file where it was compiled to; run from its source (in a test), the compiled one is taken. */
const beside = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/prompts/worker.js' : './worker.js', import.meta.url),
);

/**
 * The process that makes sounds, from the outside. There is none until the first job, and none again after a while
 * without one. A job whose process is ended by someone else is given to another one, once.
 */
export class SoundWorker {
  private child: ChildProcess | undefined;
  private leaving: Timer | undefined;
  private tail: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: SoundWorkerOptions) {}

  /** One after the other, in the order in which they were given. Errors: what the job failed of; `DISPOSED`. */
  run(job: Job): Promise<void> {
    const done = this.tail.then(() => this.attempt(job));
    this.tail = done.catch(() => undefined);
    return done;
  }

  /** Ends the process; jobs that are not done fail with `DISPOSED`. */
  async close(): Promise<void> {
    this.closed = true;
    this.leaving?.cancel();
    this.child?.kill('SIGKILL');
    await this.tail;
  }

  private async attempt(job: Job): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (this.closed) throw disposed('the prompt renderer');
      const outcome = await this.give(job);
      if (this.closed) throw disposed('the prompt renderer');
      switch (outcome.ok) {
        case true:
          return;
        case false:
          throw new Error(outcome.reason);
        case 'late':
          throw new Error(`it was not done within ${this.options.timeout} ms`);
        case 'crashed':
          if (attempt > 1) throw new Error(`the process that makes sounds was ended by ${outcome.signal}, twice`);
      }
    }
  }

  private give(job: Job): Promise<Outcome> {
    this.leaving?.cancel();
    const child = this.child ?? this.start();
    return new Promise(resolve => {
      const settle = (outcome: Outcome): void => {
        timer.cancel();
        child.off('message', answered).off('exit', exited).off('error', failed);
        if (outcome.ok === 'late') child.kill('SIGKILL');
        if (outcome.ok === 'late' || outcome.ok === 'crashed') this.forget(child);
        else if (!this.closed) this.leaving = this.options.clock.after(patience, () => this.letGo(child));
        resolve(outcome);
      };
      const answered = (done: unknown): void => settle(done as Done);
      const exited = (status: number | null, signal: string | null): void =>
        settle({ ok: 'crashed', signal: signal ?? `status ${status}` });
      const failed = (error: Error): void => settle({ ok: 'crashed', signal: error.message });
      const timer = this.options.clock.after(this.options.timeout, () => settle({ ok: 'late' }));
      child.on('message', answered).on('exit', exited).on('error', failed);
      // A process that ends meanwhile says so by its exit.
      child.send(job, () => {});
    });
  }

  private start(): ChildProcess {
    const child = fork(this.options.program ?? beside, [], {
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child = child;
    child.on('error', () => this.forget(child)).once('exit', () => this.forget(child));
    child.once('spawn', () => {
      try {
        if (child.pid !== undefined) setPriority(child.pid, niceness);
      } catch {
        // It has ended already, or the system knows no priorities.
      }
    });
    return child;
  }

  private forget(child: ChildProcess): void {
    if (this.child === child) this.child = undefined;
  }

  private letGo(child: ChildProcess): void {
    this.forget(child);
    if (child.connected) child.disconnect();
  }
}
