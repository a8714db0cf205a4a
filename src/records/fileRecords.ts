import type { Clock, Duration, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CallRecord } from '../call/record.ts';
import type { Records } from '../exchange/ports.ts';
import { LinesFile, Torn, type Whole } from './linesFile.ts';

/** Calls that end within this time of each other are written together. Milliseconds. */
const together = 100;
/** How long to wait before a disk that refused is tried again. Milliseconds. */
const retryAfter = 5_000;
/** Records that wait for the disk; beyond, the oldest are given up, and the log says how many. */
const mostWaiting = 100_000;

/** How the line of a record begins. */
const beginning = '{"callId":';

/**
 * Call records in a file, one JSON line each, appended in the order in which the calls ended. A disk that is full does
 * not hurt a call: the records wait in memory, the log raises the alarm, and the file is tried again. A file that was
 * renamed or deleted (log rotation) is let go of, and another one made in its place.
 */
export class FileRecords implements Records {
  private waiting: string[] = [];
  private writing: Promise<void> | undefined;
  private next: Timer | undefined;
  private failing = false;
  private file: LinesFile | undefined;
  private torn: Whole | undefined;
  /** To be opened anew, although it can be written. */
  private stale = false;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly path: string,
    private readonly open: typeof LinesFile.open = LinesFile.open,
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

  /** Lets go of the file: what comes from now on is written to the one that the path leads to. */
  async reopen(): Promise<void> {
    this.stale = true;
    await this.writing;
    if (this.stale) this.flush();
    await this.writing;
  }

  private async current(): Promise<LinesFile> {
    const { stale } = this;
    this.stale = false;
    if (this.file !== undefined && (stale || !(await this.file.isThere()))) await this.closeFile();
    this.file ??= await this.open(this.path, beginning, this.torn);
    this.torn = undefined;
    return this.file;
  }

  private async closeFile(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.close();
  }

  private flushAfter(delay: Duration): void {
    this.cancelNext();
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
      const file = await this.current();
      await file.append(batch.join(''));
      if (this.failing) this.log.info({ path: this.path }, 'call records are written again');
      this.failing = false;
    } catch (error) {
      this.waiting = [...batch, ...this.waiting];
      this.failing = true;
      if (error instanceof Torn) this.torn = error.whole;
      await this.closeFile();
      this.log.error(
        { path: this.path, waiting: this.waiting.length, error: messageOf(error) },
        'call records cannot be written',
      );
      this.flushAfter(retryAfter);
    }
  }
}
