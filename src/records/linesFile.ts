import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file, and how long it was when all of it was whole. */
export interface Whole {
  readonly dev: number;
  readonly ino: number;
  readonly length: number;
}

/** What could not be appended, and could not be taken back either: `whole` is what to cut the file to before it is used again. */
export class Torn extends Error {
  constructor(
    readonly whole: Whole,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** How much of a file is looked at for the beginning of a last line that was cut off. Bytes. */
const longestTail = 1 << 20;

/**
 * A file of lines to which others may be appended, all of them or none: where the disk is full in the midst of a line, the
 * file is cut to where it was.
 */
export class LinesFile {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Opens or makes it. What a crash has left of a last line goes, if the line begins with `beginning`; whatever else has
   * no end gets one. `torn`: where an earlier attempt failed.
   */
  static async open(
    path: string,
    beginning: string,
    torn?: Whole,
    reach: (handle: FileHandle) => FileHandle = handle => handle,
  ): Promise<LinesFile> {
    await mkdir(dirname(path), { recursive: true });
    const handle = reach(await open(path, 'a+', 0o600));
    try {
      await mend(handle, beginning, torn);
    } catch (error) {
      await handle.close().catch(() => undefined);
      throw error;
    }
    return new LinesFile(path, handle);
  }

  /** The path leads to this file still: it was not renamed, nor deleted. */
  async isThere(): Promise<boolean> {
    const [here, there] = await Promise.all([this.handle.stat(), stat(this.path).catch(() => undefined)]);
    return here.dev === there?.dev && here.ino === there.ino;
  }

  /** Rejects with nothing appended, or with `Torn`. */
  async append(lines: string): Promise<void> {
    const { dev, ino, size: length } = await this.handle.stat();
    try {
      await this.handle.appendFile(lines);
    } catch (error) {
      await this.handle.truncate(length).catch(() => {
        throw new Torn({ dev, ino, length }, error);
      });
      throw error;
    }
  }

  /** What cannot be closed is let go of. */
  async close(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }
}

async function mend(handle: FileHandle, beginning: string, torn: Whole | undefined): Promise<void> {
  const { dev, ino, size } = await handle.stat();
  if (torn !== undefined && dev === torn.dev && ino === torn.ino && size > torn.length) {
    return handle.truncate(torn.length);
  }
  const tail = Buffer.alloc(Math.min(size, longestTail));
  await handle.read(tail, 0, tail.length, size - tail.length);
  const end = tail.lastIndexOf('\n') + 1;
  const last = tail.subarray(end);
  if (last.length === 0) return;
  if (beginning.startsWith(last.toString()) || last.indexOf(beginning) === 0) await handle.truncate(size - last.length);
  else await handle.appendFile('\n');
}
