import { type FileHandle, open } from 'node:fs/promises';
import type { Clock, Duration, Instant, Timer } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { KozpontError, messageOf } from '../../base/errors.ts';
import { wavHeader } from '../../base/wav.ts';
import type { Recording } from '../../media/port.ts';
import type { AudioCodec } from '../../media/sdp/agreement.ts';
import { sampleRate } from './audio/g711.ts';
import { Mixdown } from './audio/mixdown.ts';
import type { AudioTap } from './session.ts';

const flushEvery: Duration = 500;
/** Of sound that waits for the disk, a minute. Beyond that the recording is given up, not the memory. */
const mostWaiting = 60 * 2 * sampleRate;
/** A disk that does not answer holds up nobody for longer. */
const patience: Duration = 5000;

const failed = (path: string, error: unknown): KozpontError =>
  new KozpontError('RECORDING_FAILED', `${path} could not be written: ${messageOf(error)}`, { cause: error });

/** Writes both voices of a session into a WAV file. What goes wrong with the file is told by `stop`, and harms no call. */
export class Recorder implements AudioTap, Recording {
  private readonly mixdown: Mixdown;
  private timer: Timer | undefined;
  private written = 0;
  private waiting = 0;
  private writing: Promise<void> = Promise.resolve();
  private error: unknown;
  private stopped: Promise<void> | undefined;

  private constructor(
    private readonly clock: Clock,
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly ended: (error: KozpontError | undefined) => void,
  ) {
    this.mixdown = new Mixdown(clock.now());
    this.write(Buffer.from(header(0)));
    this.keepFlushing();
  }

  /** A file that exists is replaced; nobody but us may read the new one. `ended` is called once, whatever the end. */
  static async start(clock: Clock, path: string, ended: (error: KozpontError | undefined) => void): Promise<Recorder> {
    try {
      const file = await withDeadline(clock, patience, `opening ${path}`, open(path, 'w', 0o600), late => late.close());
      return new Recorder(clock, path, file, ended);
    } catch (error) {
      throw failed(path, error);
    }
  }

  heard(codec: AudioCodec, packet: Uint8Array, start: number, end: number, now: Instant): void {
    this.mixdown.add(0, codec, packet, start, end, now);
  }

  spoken(codec: AudioCodec, packet: Uint8Array, start: number, end: number, now: Instant): void {
    this.mixdown.add(1, codec, packet, start, end, now);
  }

  stop(): Promise<void> {
    this.stopped ??= this.finish();
    return this.stopped;
  }

  private keepFlushing(): void {
    this.timer = this.clock.after(flushEvery, () => {
      this.flush(false);
      if (this.error === undefined) this.keepFlushing();
      // Nobody may ever ask: then the log is told by `ended`, and the rejection is nobody's.
      else this.stop().catch(() => {});
    });
  }

  private flush(all: boolean): void {
    const now = this.clock.now();
    for (let bytes = this.mixdown.take(now, all); bytes.length > 0; bytes = this.mixdown.take(now, all)) {
      this.write(bytes);
    }
  }

  private write(bytes: Buffer): void {
    if (this.error !== undefined) return;
    if (this.waiting + bytes.length > mostWaiting) {
      this.error = new Error('the disk is too slow');
      return;
    }
    this.waiting += bytes.length;
    this.writing = this.writing.then(async () => {
      try {
        if (this.error !== undefined) return;
        await this.file.write(bytes, 0, bytes.length, this.written);
        this.written += bytes.length;
      } catch (error) {
        this.error ??= error;
      } finally {
        this.waiting -= bytes.length;
      }
    });
  }

  private async finish(): Promise<void> {
    this.timer?.cancel();
    this.flush(true);
    try {
      await withDeadline(this.clock, patience, `writing ${this.path}`, this.complete());
    } catch (error) {
      this.error ??= error;
    }
    const error = this.error === undefined ? undefined : failed(this.path, this.error);
    this.ended(error);
    if (error !== undefined) throw error;
  }

  /** The header, now that the length is known. A partial recording is made whole as well. */
  private async complete(): Promise<void> {
    await this.writing;
    try {
      const head = header(Math.max(0, this.written - 44));
      await this.file.write(head, 0, head.length, 0);
    } finally {
      await this.file.close();
    }
  }
}

const header = (dataLength: number): Uint8Array => wavHeader({ sampleRate, channels: 1, dataLength });
