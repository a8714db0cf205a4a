import { fail, ok, type Result } from '../../base/result.ts';

/** One message of FreeSWITCH's event socket: header lines, an empty line, and as many bytes as Content-Length says. */
export interface EventSocketFrame {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const longestHead = 65_536;
const longestBody = 16_000_000;

/** Cuts what comes from an event socket into messages. */
export class EventSocketReader {
  private held = Buffer.alloc(0);

  /** The messages that are whole now. An error leaves the reader unusable. */
  push(chunk: Buffer): Result<readonly EventSocketFrame[], string> {
    this.held = Buffer.concat([this.held, chunk]);
    const frames: EventSocketFrame[] = [];
    for (;;) {
      const end = this.held.indexOf('\n\n');
      if (end < 0) {
        return this.held.length > longestHead ? fail('it sends what is no event socket message') : ok(frames);
      }
      const headers = parseHead(this.held.toString('utf8', 0, end));
      if (headers === undefined) return fail('it sends what is no event socket message');
      const length = Number(headers['content-length'] ?? 0);
      if (!Number.isInteger(length) || length < 0 || length > longestBody)
        return fail('a message has no proper length');
      const start = end + 2;
      if (this.held.length < start + length) return ok(frames);
      frames.push({ headers, body: this.held.toString('utf8', start, start + length) });
      this.held = this.held.subarray(start + length);
    }
  }
}

function parseHead(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon <= 0) return undefined;
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}
