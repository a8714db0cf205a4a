/**
 * The registrations in a file of the state, so that a process that is started again can ring the phones before they
 * register anew. Nothing that is wrong with the file stops the start, and a disk that is full hurts no registration.
 */
import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Clock, Duration, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { RegistrationStore, SavedBinding } from '../signalling/registrar/store.ts';
import { unseal, writeSealed } from './sealed.ts';

export const format = 'kozpont-registrations 1';
/** What a crash may lose. */
const settleFor: Duration = 1_000;

/** No text is limited in its length here: a phone could otherwise spoil the file for all others. */
const savedBindings: z.ZodType<SavedBinding[]> = z.array(
  z.strictObject({
    extension: z.string(),
    contact: z.string(),
    instance: z.string().optional(),
    q: z.number().min(0).max(1),
    regId: z.int().min(1).optional(),
    nextHop: z.string().optional(),
    local: z.string().optional(),
    path: z.array(z.string()).optional(),
    socket: z.string().optional(),
    callId: z.string(),
    cseq: z.int().min(0),
    expiresAt: z.number(),
  }),
);

export class FileRegistrations implements RegistrationStore {
  /** What is to be written. */
  private due: (() => readonly SavedBinding[]) | undefined;
  private timer: Timer | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly path: string,
  ) {}

  async load(): Promise<readonly SavedBinding[]> {
    try {
      const found = savedBindings.safeParse(unseal(format, await readFile(this.path, 'utf8')));
      if (found.success) return found.data;
      await this.putAside('it is not what was written');
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!missing) await this.putAside(messageOf(error));
    }
    return [];
  }

  changed(all: () => readonly SavedBinding[]): void {
    this.due = all;
    this.timer ??= this.clock.after(settleFor, () => {
      this.timer = undefined;
      this.write();
    });
  }

  /** When everything is written, or cannot be. */
  async close(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    this.write();
    await this.writing;
  }

  /** One after the other. What fails is told once, until it works again. */
  private write(): void {
    this.writing = this.writing.then(async () => {
      const { due } = this;
      if (due === undefined) return;
      this.due = undefined;
      try {
        await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
        await writeSealed(this.path, format, due());
        this.failing = false;
      } catch (error) {
        this.due ??= due;
        if (!this.failing) {
          this.log.error({ file: this.path, error: messageOf(error) }, 'registrations cannot be written down');
        }
        this.failing = true;
      }
    });
  }

  private async putAside(why: string): Promise<void> {
    const aside = `${this.path}.unreadable`;
    this.log.error({ file: this.path, aside, why }, 'registrations cannot be read: their file is put aside');
    await rename(this.path, aside).catch(error => {
      this.log.error({ file: this.path, error: messageOf(error) }, 'the file cannot be put aside');
    });
  }
}
