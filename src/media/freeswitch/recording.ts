/** A recording by `uuid_record`: both directions, mixed to mono, at the channel's 8 kHz. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KozpontError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Recording } from '../port.ts';
import { type Encoded, filePath, text } from './encode.ts';
import type { EventSocket } from './eventSocket/eventSocket.ts';
import type { PathMap } from './sounds.ts';

export class FileRecording implements Recording {
  private stopped: Promise<void> | undefined;
  /** As FreeSWITCH knows it. */
  private file: Encoded | undefined;

  constructor(
    private readonly socket: EventSocket,
    private readonly channel: Encoded,
    private readonly path: string,
    private readonly paths: PathMap,
    private readonly log: Log,
    private readonly over: () => void,
  ) {}

  /** Error: `RECORDING_FAILED`. */
  async start(): Promise<void> {
    try {
      this.file = filePath(this.paths(this.path));
      // FreeSWITCH would make the folder, wherever that is.
      await access(dirname(this.path), constants.W_OK);
      const reply = await this.socket.api(text`uuid_record ${this.channel} start ${this.file}`);
      if (!reply.startsWith('+OK')) throw new Error(`FreeSWITCH says ${reply.trim()}`);
    } catch (error) {
      this.over();
      throw this.failed(error);
    }
  }

  /** Idempotent. */
  stop(): Promise<void> {
    this.stopped ??= this.finish();
    return this.stopped;
  }

  private async finish(): Promise<void> {
    this.over();
    if (this.file === undefined) return;
    try {
      const reply = await this.socket.api(text`uuid_record ${this.channel} stop ${this.file}`);
      const { size } = await stat(this.path);
      // A channel that has gone has closed its file.
      if (size <= 44) throw new Error(`nothing was written (${reply.trim()})`);
    } catch (error) {
      this.log.warn({ error: messageOf(error) }, 'a recording failed');
      throw this.failed(error);
    }
  }

  private failed(error: unknown): KozpontError {
    return new KozpontError('RECORDING_FAILED', `${this.path} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
