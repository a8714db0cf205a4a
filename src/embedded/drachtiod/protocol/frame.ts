/**
 * Framing of drachtio's application protocol: `<length>#<payload>`, the length in bytes, in decimal. Both directions
 * are the same.
 */
import { fail, ok, type Result } from '../../../base/result.ts';

const hash = 0x23;
const zero = 0x30;
const nine = 0x39;
/** Seven digits are ten megabytes: more than any limit that makes sense. */
const longestLength = 7;

export const encodeFrame = (payload: Buffer): Buffer => {
  const length = Buffer.from(`${payload.length}#`, 'latin1');
  return Buffer.concat([length, payload], length.length + payload.length);
};

/**
 * Cuts a stream into frames. A frame that is split over many chunks is put together once, when it is whole, so that a
 * peer that drips bytes costs no more than one that does not.
 */
export class FrameReader {
  private chunks: Buffer[] = [];
  private held = 0;
  /** Digits of the length that have come so far. */
  private digits = 0;
  private length = 0;
  /** The length is known, and the payload is being collected. */
  private inPayload = false;

  /** `limit`: bytes of the longest payload that is accepted; may be raised later, once the peer is trusted more. */
  constructor(public limit: number) {}

  /** The payloads that are whole now, in order. An error leaves the reader unusable: the connection is to be closed. */
  push(chunk: Buffer): Result<readonly Buffer[], string> {
    const frames: Buffer[] = [];
    let at = 0;
    while (at < chunk.length || (this.inPayload && this.held >= this.length)) {
      if (!this.inPayload) {
        const error = this.readLength(chunk[at] as number);
        if (error !== undefined) return fail(error);
        at += 1;
        continue;
      }
      const wanted = this.length - this.held;
      const piece = at === 0 && chunk.length === wanted ? chunk : chunk.subarray(at, at + wanted);
      at += piece.length;
      if (this.held === 0 && piece.length === this.length) {
        frames.push(piece);
      } else {
        this.chunks.push(piece);
        this.held += piece.length;
        if (this.held < this.length) break;
        frames.push(Buffer.concat(this.chunks, this.length));
      }
      this.reset();
    }
    return ok(frames);
  }

  private readLength(byte: number): string | undefined {
    if (byte >= zero && byte <= nine) {
      this.digits += 1;
      if (this.digits > longestLength) return 'the length of a frame has too many digits';
      this.length = this.length * 10 + (byte - zero);
      return undefined;
    }
    if (byte !== hash || this.digits === 0) return 'a frame does not start with its length';
    if (this.length === 0) return 'an empty frame';
    if (this.length > this.limit) return `a frame of ${this.length} bytes, where ${this.limit} are the most`;
    this.inPayload = true;
    return undefined;
  }

  private reset(): void {
    this.chunks = [];
    this.held = 0;
    this.digits = 0;
    this.length = 0;
    this.inPayload = false;
  }
}
