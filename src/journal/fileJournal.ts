/**
 * The live calls in a folder of the state, a file each, so that a process that is started after a crash finds them. A
 * file is written whole or not at all, a moment after the call has changed: what changes ten times in that moment is
 * written once.
 */
import { mkdir, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Journal, SavedCall } from '../exchange/ports.ts';
import { draft, unseal, writeSealed } from './sealed.ts';

const format = 'kozpont-call 1';
const suffix = '.call';
/** Milliseconds: what a crash may lose. */
const settleFor = 50;
const safeId = /^[A-Za-z0-9_-]{1,64}$/;

export class FileJournal implements Journal {
  /** Calls that are to be written, by id. */
  private readonly due = new Map<string, () => SavedCall>();
  /** Calls whose files are to go. */
  private readonly over = new Set<string>();
  private timer: Timer | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly folder: string,
  ) {}

  /** The calls that another process left. They stay written down until they have ended. Never fails: what cannot be read is told. */
  async found(): Promise<readonly SavedCall[]> {
    try {
      return await this.read();
    } catch (error) {
      this.log.error({ folder: this.folder, error: messageOf(error) }, 'calls that were written down cannot be read');
      return [];
    }
  }

  private async read(): Promise<readonly SavedCall[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const calls: SavedCall[] = [];
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      if (name.endsWith(draft)) await rm(path, { force: true });
      if (!name.endsWith(suffix)) continue;
      const saved = unseal(format, await readFile(path, 'utf8')) as SavedCall | undefined;
      if (saved !== undefined) {
        calls.push(saved);
        continue;
      }
      this.log.error({ file: path }, 'a call that was written down cannot be read: its file is put aside');
      await rename(path, `${path}.unreadable`);
    }
    return calls;
  }

  changed(callId: string, saved: () => SavedCall): void {
    if (!safeId.test(callId)) return;
    this.due.set(callId, saved);
    this.later();
  }

  ended(callId: string): void {
    if (!safeId.test(callId)) return;
    this.due.delete(callId);
    this.over.add(callId);
    this.later();
  }

  /** When everything is written. */
  async close(): Promise<void> {
    do {
      this.timer?.cancel();
      this.timer = undefined;
      this.inTurn(() => this.writeAll());
      await this.writing;
      // A call may end while others are written.
    } while (this.timer !== undefined);
  }

  private later(): void {
    this.timer ??= this.clock.after(settleFor, () => {
      this.timer = undefined;
      this.inTurn(() => this.writeAll());
    });
  }

  /** A call that has handed a leg over is there until the one that has it now is written down. */
  private async writeAll(): Promise<void> {
    const over = [...this.over];
    // One by one: a call that ends meanwhile is not due any more.
    for (const callId of [...this.due.keys()]) {
      const saved = this.due.get(callId);
      this.due.delete(callId);
      if (saved === undefined) continue;
      try {
        await writeSealed(this.pathOf(callId), format, saved());
      } catch (error) {
        // With the next change of any call.
        if (!this.due.has(callId)) this.due.set(callId, saved);
        throw error;
      }
    }
    for (const callId of over) {
      await remove(this.pathOf(callId));
      this.over.delete(callId);
    }
    this.failing = false;
  }

  /** One thing at a time: a call that has ended is not written after that. What fails is told once, until it works again. */
  private inTurn(work: () => Promise<void>): void {
    this.writing = this.writing.then(work).catch(error => {
      if (!this.failing)
        this.log.error({ folder: this.folder, error: messageOf(error) }, 'calls cannot be written down');
      this.failing = true;
    });
  }

  private readonly pathOf = (callId: string): string => join(this.folder, `${callId}${suffix}`);
}

/** One request to the system, where `rm` makes two; a call that ended before it was written has no file. */
const remove = (path: string): Promise<void> =>
  unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
