import { open, stat } from 'node:fs/promises';
import type { Clock, Duration } from '../base/clock.ts';
import type { CallRecord } from '../call/record.ts';

/** How often it is looked whether a record has come, and for how long. Milliseconds. */
const every = 50;
const patience: Duration = 3_000;
/** Of what was appended while a story was played: a thousand calls and more. */
const mostBytes = 4_000_000;

/** The file to which a switchboard on this machine appends a line for each call that has ended. */
export class RecordsFile {
  constructor(
    private readonly clock: Clock,
    private readonly path: string,
  ) {}

  /** Where the file ends now: records of later calls stand behind it. */
  async end(): Promise<number> {
    return (await stat(this.path).catch(() => undefined))?.size ?? 0;
  }

  /** The first record of a call from and to these numbers behind `start`; undefined where none comes in time. */
  async find(start: number, from: string, to: string): Promise<CallRecord | undefined> {
    const until = this.clock.now() + patience;
    for (;;) {
      const found = (await this.behind(start)).find(record => record.from?.number === from && record.to === to);
      if (found !== undefined || this.clock.now() >= until) return found;
      await new Promise<void>(resolve => this.clock.after(every, resolve));
    }
  }

  private async behind(start: number): Promise<readonly CallRecord[]> {
    const file = await open(this.path).catch(() => undefined);
    if (file === undefined) return [];
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.min(Math.max(0, size - start), mostBytes));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
      // The last line may be half written yet.
      return bytes.subarray(0, bytesRead).toString().split('\n').slice(0, -1).flatMap(parse);
    } finally {
      await file.close();
    }
  }
}

function parse(line: string): readonly CallRecord[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value as CallRecord] : [];
  } catch {
    return [];
  }
}
