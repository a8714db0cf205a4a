import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Clock, Duration } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';

export interface ChildOptions {
  readonly clock: Clock;
  /** Relative to this file, compiled. */
  readonly file: string;
  /** The core that it is kept on; undefined: wherever the system likes. */
  readonly core: number | undefined;
  readonly nodeOptions?: readonly string[];
}

interface Answer {
  readonly answer?: unknown;
  readonly error?: string;
}

const patience: Duration = 10_000;

/** A process of the bench, which answers questions. */
export class Child<Question extends { readonly kind: string }> {
  private readonly process: ChildProcess;
  private readonly exited: Promise<unknown>;

  constructor(private readonly options: ChildOptions) {
    const { file, core, nodeOptions = [] } = options;
    const script = fileURLToPath(new URL(file, import.meta.url));
    const [program, args] = onCore(core, process.execPath, [...nodeOptions, script]);
    this.process = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.exited = once(this.process, 'exit');
  }

  /** Of the process itself: `taskset` becomes what it starts. */
  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Asks one thing, and waits for its answer at most `within`. One question at a time. */
  ask<T>(question: Question, within: Duration = patience): Promise<T> {
    const answered = new Promise<T>((resolve, reject) => {
      const settle = (finish: () => void): void => {
        this.process.off('message', heard);
        this.process.off('exit', gone);
        finish();
      };
      const heard = ({ answer, error }: Answer): void =>
        settle(() => (error === undefined ? resolve(answer as T) : reject(new Error(error))));
      const gone = (code: number | null): void =>
        settle(() => reject(new Error(`${this.options.file} ended with status ${code}`)));
      this.process.on('message', heard);
      this.process.on('exit', gone);
      this.process.send(question);
    });
    return withDeadline(this.options.clock, within, `${question.kind} of ${this.options.file}`, answered);
  }

  /** Ends it; by force where it does not end by itself. */
  async end(goodbye: Question): Promise<void> {
    const { clock } = this.options;
    if (this.process.exitCode === null) await this.ask(goodbye).catch(() => {});
    if (this.process.connected) this.process.disconnect();
    await withDeadline(clock, patience, 'the end', this.exited).catch(() => this.process.kill('SIGKILL'));
  }
}

/** A program and its arguments, kept on a core; undefined: wherever the system likes. */
export const onCore = (
  core: number | undefined,
  program: string,
  args: readonly string[],
): readonly [string, readonly string[]] =>
  core === undefined ? [program, args] : ['taskset', ['-c', String(core), program, ...args]];

/** Runs a program of ours, whose output is of no interest. Rejects where it does not exit with 0. */
export async function runToEnd(file: string, args: readonly string[]): Promise<void> {
  const [status] = await once(
    spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'ignore', 'inherit'] }),
    'exit',
  );
  if (status !== 0) throw new Error(`kozpont ${args.join(' ')} ended with status ${status}`);
}

/** The other side: answers each question of the process that started this one, and ends with it. */
export function answerParent<Question>(answer: (question: Question) => Promise<unknown>): void {
  process.on('message', (question: Question) => {
    answer(question).then(
      result => process.send?.({ answer: result }),
      error => process.send?.({ error: messageOf(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}
