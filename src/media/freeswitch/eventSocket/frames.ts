/** The wire format of the event socket (mod_event_socket): header lines, an empty line, a body of `Content-Length` bytes. */

export interface Frame {
  readonly headers: Fields;
  readonly body: string;
}

/** More than FreeSWITCH has any reason to send: a longer text means that we have lost our place in the stream. */
export const limits = { headers: 65_536, body: 16 * 2 ** 20 } as const;

const lineFeed = 0x0a;

/** Takes bytes as they come and gives whole frames. Throws an `Error` where the text is none; then it is of no more use. */
export class FrameReader {
  private waiting: Buffer = Buffer.alloc(0);
  private pending: { readonly headers: Fields; readonly length: number } | undefined;

  read(bytes: Buffer): Frame[] {
    this.waiting = this.waiting.length === 0 ? bytes : Buffer.concat([this.waiting, bytes]);
    const frames: Frame[] = [];
    let at = 0;
    for (;;) {
      if (this.pending === undefined) {
        // Empty lines between frames are none of them.
        while (this.waiting[at] === lineFeed) at++;
        const end = this.waiting.indexOf('\n\n', at, 'latin1');
        if (end === -1) break;
        const headers = new Fields(this.waiting.toString('utf8', at, end));
        at = end + 2;
        this.pending = { headers, length: lengthOf(headers) };
      }
      const { headers, length } = this.pending;
      if (this.waiting.length - at < length) break;
      frames.push({ headers, body: this.waiting.toString('utf8', at, at + length) });
      at += length;
      this.pending = undefined;
    }
    if (at > 0) this.waiting = this.waiting.subarray(at);
    if (this.pending === undefined && this.waiting.length > limits.headers) throw new Error('a frame without an end');
    return frames;
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
