import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { writeWhole } from '../base/writeWhole.ts';
import { noOverrides, type Overrides } from '../dialplan/override.ts';
import type { KeptOverrides } from '../exchange/ports.ts';

/** How long to wait before a disk that refused is tried again. Milliseconds. */
const retryAfter = 5_000;

const instant = z.iso.datetime().transform(text => Date.parse(text));

/** By calendar; times as in the call records. */
const fileSchema = z.record(
  z.string(),
  z.strictObject({
    state: z.enum(['open', 'closed']),
    by: z.string(),
    since: instant,
    until: instant.nullable().transform(until => until ?? undefined),
  }),
);

/**
 * The calendars that are opened or closed by hand, in a small file of JSON that is written as a whole. A file that cannot
 * be read is an alarm, and every calendar goes by its timetable. A disk that refuses is an alarm, and is tried again.
 */
export class FileOverrides implements KeptOverrides {
  private waiting: Overrides | undefined;
  private writing: Promise<void> | undefined;
  private next: Timer | undefined;
  private failing = false;

  private constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly path: string,
    readonly initial: Overrides,
  ) {}

  static async open(clock: Clock, log: Log, path: string): Promise<FileOverrides> {
    let initial = noOverrides;
    try {
      const text = await readFile(path, 'utf8').catch(absent);
      if (text !== undefined) initial = read(text);
    } catch (error) {
      log.error({ path, error: messageOf(error) }, 'what was set by hand cannot be read: the timetables hold');
    }
    const calendars = Object.keys(initial);
    if (calendars.length > 0) log.info({ calendars }, 'calendars are set by hand');
    return new FileOverrides(clock, log, path, initial);
  }

  keep(overrides: Overrides): void {
    this.waiting = overrides;
    if (this.next === undefined) this.flush();
  }

  /** Writes what waits, once more if need be, and stops trying. */
  async close(): Promise<void> {
    this.cancelNext();
    while (this.writing !== undefined) await this.writing;
    this.cancelNext();
    if (this.waiting !== undefined) await this.write();
    this.cancelNext();
  }

  private cancelNext(): void {
    this.next?.cancel();
    this.next = undefined;
  }

  private flush(): void {
    if (this.writing !== undefined) return;
    this.writing = this.write().finally(() => {
      this.writing = undefined;
      if (this.waiting !== undefined && this.next === undefined) this.flush();
    });
  }

  private async write(): Promise<void> {
    const overrides = this.waiting;
    if (overrides === undefined) return;
    this.waiting = undefined;
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      await writeWhole(this.path, Buffer.from(textOf(overrides)));
      if (this.failing) this.log.info({ path: this.path }, 'what is set by hand is kept again');
      this.failing = false;
    } catch (error) {
      // What was set meanwhile goes before it.
      this.waiting ??= overrides;
      this.failing = true;
      this.log.error(
        { path: this.path, error: messageOf(error) },
        'what is set by hand cannot be kept: a restart would forget it',
      );
      this.next ??= this.clock.after(retryAfter, () => {
        this.next = undefined;
        this.flush();
      });
    }
  }
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

function read(text: string): Overrides {
  const found = fileSchema.safeParse(JSON.parse(text));
  if (!found.success) throw new Error(z.prettifyError(found.error));
  return found.data;
}

const textOf = (overrides: Overrides): string => {
  const written = Object.entries(overrides).map(([calendar, { state, by, since, until }]) => [
    calendar,
    { state, by, since: iso(since), until: until === undefined ? null : iso(until) },
  ]);
  return `${JSON.stringify(Object.fromEntries(written), undefined, 2)}\n`;
};

const iso = (instant: number): string => new Date(instant).toISOString();
