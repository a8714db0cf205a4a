import type { Clock, Duration, Timer } from '../base/clock.ts';
import { contentHash } from '../base/contentHash.ts';
import type { Result } from '../base/result.ts';
import type { Diagnostic } from '../base/yaml/diagnostic.ts';

/** What a file holds at a moment: the same again is the same text. */
export interface Glimpse {
  /** Changes with the content, and with every write. */
  readonly fingerprint: string;
  readonly read: Result<Uint8Array, Diagnostic>;
}

export interface SteadyFileOptions {
  readonly clock: Clock;
  /** Never rejects: a file that is not there, or cannot be read, has a fingerprint, too. */
  glimpse(): Promise<Glimpse>;
  /** The file holds something new, and nobody has touched it for `settle`. One at a time. */
  changed(found: Glimpse): Promise<void>;
  /** How long a file has to stay as it is. */
  readonly settle: Duration;
  /** How often is looked where nothing tells of a change. */
  readonly every: Duration;
}

/**
 * Tells when a file has come to rest: two looks, `settle` apart, find the same. An editor that writes in pieces, or
 * renames a new file into the place of the old one, is waited for, and so is one that takes the file away on the way.
 */
export class SteadyFile {
  private known: string | undefined;
  private previous: string | undefined;
  private timer: Timer | undefined;
  private soon = false;
  private looking: Promise<void> | undefined;
  private again = false;
  private closed = false;

  constructor(private readonly options: SteadyFileOptions) {}

  /** From now on; what the file holds now is looked at as well. */
  start(): void {
    this.lookAfter(this.options.every);
    this.touched();
  }

  /** Something has happened in the file's folder. */
  touched(): void {
    if (this.closed) return;
    if (this.looking !== undefined) this.again = true;
    else if (!this.soon) this.lookSoon();
  }

  /** What the file holds is to count as new, even where it is what it was. */
  forget(): void {
    this.known = undefined;
    this.touched();
  }

  /** Resolves when nothing of it goes on. */
  async close(): Promise<void> {
    this.closed = true;
    this.timer?.cancel();
    await this.looking;
  }

  private lookSoon(): void {
    this.soon = true;
    this.lookAfter(this.options.settle);
  }

  private lookAfter(delay: Duration): void {
    this.timer?.cancel();
    this.timer = this.options.clock.after(delay, () => {
      this.soon = false;
      this.again = false;
      this.looking = this.look().finally(() => {
        this.looking = undefined;
        if (this.closed) return;
        if (this.again) this.lookSoon();
        else this.lookAfter(this.options.every);
      });
    });
  }

  private async look(): Promise<void> {
    const found = await this.options.glimpse();
    const { fingerprint } = found;
    if (this.closed) return;
    const isSteady = fingerprint === this.previous;
    this.previous = fingerprint;
    if (fingerprint === this.known) return;
    if (!isSteady) {
      this.again = true;
      return;
    }
    this.known = fingerprint;
    await this.options.changed(found);
  }
}

/** `written`: the time of the last write, whatever its unit. */
export const fingerprintOf = (bytes: Uint8Array, written: number): string =>
  `${contentHash(Buffer.from(bytes).toString('latin1'))} ${bytes.length} ${written}`;
