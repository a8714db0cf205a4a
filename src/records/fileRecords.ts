import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Duration, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CallRecord } from '../call/record.ts';
import type { Records } from '../exchange/ports.ts';

/** Calls that end within this time of each other are written together. Milliseconds. */
const together = 100;
/** How long to wait before a disk that refused is tried again. Milliseconds. */
const retryAfter = 5_000;
/** Records that wait for the disk; beyond, the oldest are given up, and the log says how many. */
const mostWaiting = 100_000;

/**
 * Call records in a file, one JSON line each, appended in the order in which the calls ended. A disk that is full does
 * not hurt a call: the records wait in memory, the log raises the alarm, and the file is tried again.
 */
export class FileRecords implements Records {
  private waiting: string[] = [];
  private writing: Promise<void> | undefined;
  private next: Timer | undefined;
  private failing = false;
  private file: FileHandle | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly path: string,
  ) {}

  /** At the start: a file that cannot be written is told of before the first call. Never fails. */
  async prepare(): Promise<void> {
    this.flush();
    await this.writing;
  }

  write(record: CallRecord): void {
    const { callId: call, duration, returns, termination } = record;
    this.log.info({ call, duration, returns, termination }, 'call ended');
    this.waiting.push(`${JSON.stringify(record)}\n`);
    const surplus = this.waiting.length - mostWaiting;
    if (surplus > 0) {
      this.waiting.splice(0, surplus);
      this.log.error({ lost: surplus, path: this.path }, 'call records are lost: too many wait for the disk');
    }
    if (this.next === undefined) this.flush();
  }

  /** Writes what waits, once more if need be, and stops trying. */
  async close(): Promise<void> {
    this.cancelNext();
    await this.writing;
    if (this.waiting.length > 0) await this.append();
    this.cancelNext();
    await this.closeFile();
    if (this.waiting.length > 0) {
      this.log.error(
        { lost: this.waiting.length, path: this.path },
        'call records are lost: the file cannot be written',
      );
    }
  }

  private async open(): Promise<FileHandle> {
    await mkdir(dirname(this.path), { recursive: true });
    return open(this.path, 'a', 0o600);
  }

  /** What cannot even be closed is let go of: the next try opens anew. */
  private async closeFile(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.close().catch(() => undefined);
  }

  private flushAfter(delay: Duration): void {
    this.next = this.clock.after(delay, () => {
      this.next = undefined;
      if (this.waiting.length > 0) this.flush();
    });
  }

  private cancelNext(): void {
    this.next?.cancel();
    this.next = undefined;
  }

  private flush(): void {
    if (this.writing !== undefined) return;
    this.writing = this.append().finally(() => {
      this.writing = undefined;
      if (this.next === undefined) this.flushAfter(together);
    });
  }

  private async append(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    try {
      this.file ??= await this.open();
      await this.file.appendFile(batch.join(''));
      if (this.failing) this.log.info({ path: this.path }, 'call records are written again');
      this.failing = false;
    } catch (error) {
      this.waiting = [...batch, ...this.waiting];
      this.failing = true;
      await this.closeFile();
      this.log.error(
        { path: this.path, waiting: this.waiting.length, error: messageOf(error) },
        'call records cannot be written',
      );
      this.flushAfter(retryAfter);
    }
  }
}
