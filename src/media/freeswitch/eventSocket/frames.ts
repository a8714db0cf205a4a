/** The wire format of the event socket (mod_event_socket): header lines, an empty line, a body of `Content-Length` bytes. */

import { ByteQueue } from '../../../base/byteQueue.ts';

export interface Frame {
  readonly headers: Fields;
  readonly body: string;
}

/** More than FreeSWITCH has any reason to send: a longer text means that we have lost our place in the stream. */
export const limits = { headers: 65_536, body: 16 * 2 ** 20 } as const;

const lineFeed = 0x0a;

/**
 * Takes bytes as they come and gives whole frames; each byte is copied and looked at a few times, however small the pieces.
 * Throws an `Error` where the text is none; then it is of no more use.
 */
export class FrameReader {
  private readonly waiting = new ByteQueue();
  /** Bytes in which no end of header lines was found. */
  private searched = 0;
  private pending: { readonly headers: Fields; readonly length: number } | undefined;

  read(bytes: Buffer): Frame[] {
    this.waiting.add(bytes);
    const frames: Frame[] = [];
    for (let frame = this.next(); frame !== undefined; frame = this.next()) frames.push(frame);
    return frames;
  }

  private next(): Frame | undefined {
    const pending = this.pending ?? this.readHeaders();
    this.pending = pending;
    if (pending === undefined || this.waiting.length < pending.length) return undefined;
    this.pending = undefined;
    return { headers: pending.headers, body: this.waiting.take(pending.length).toString('utf8') };
  }

  private readHeaders(): FrameReader['pending'] {
    const { waiting } = this;
    if (this.searched === 0) {
      // Empty lines between frames are none of them.
      const { bytes } = waiting;
      let empty = 0;
      while (bytes[empty] === lineFeed) empty++;
      waiting.take(empty);
    }
    const end = waiting.bytes.indexOf('\n\n', Math.max(0, this.searched - 1), 'latin1');
    if (end === -1) {
      this.searched = waiting.length;
      if (waiting.length > limits.headers) throw new Error('a frame without an end');
      return undefined;
    }
    this.searched = 0;
    const headers = new Fields(waiting.take(end).toString('utf8'));
    waiting.take(2);
    return { headers, length: lengthOf(headers) };
  }
}

function lengthOf(headers: Fields): number {
  const text = headers.get('Content-Length');
  if (text === undefined) return 0;
  const length = Number(text);
  if (!/^\d+$/.test(text) || length > limits.body) throw new Error(`a body of ${text.slice(0, 20)} bytes`);
  return length;
}

/**
 * Header lines, of a frame or of an event. An event of a channel has two hundred, of which we want three: they are
 * looked for when they are asked for.
 */
export class Fields {
  constructor(private readonly lines: string) {}

  get(name: string): string | undefined {
    const start = this.lines.startsWith(`${name}: `) ? 0 : this.lines.indexOf(`\n${name}: `) + 1;
    if (start === 0 && !this.lines.startsWith(`${name}: `)) return undefined;
    const from = start + name.length + 2;
    const end = this.lines.indexOf('\n', from);
    return decoded(end === -1 ? this.lines.slice(from) : this.lines.slice(from, end));
  }
}

/** Values of events are percent-encoded; replies to commands are not, and may have a `%` of their own. */
function decoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
