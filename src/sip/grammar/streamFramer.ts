import { ByteQueue } from '../../base/byteQueue.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { SipParseError, SipParseReason } from './fault.ts';
import { FieldReader } from './fieldReader.ts';
import { parseInteger } from './fields/integer.ts';
import { type HeadFault, readHead } from './head.ts';
import { canonicalName } from './headerNames.ts';
import { defaultParseLimits, type ParseLimits } from './limits.ts';
import { explain } from './parseMessage.ts';
import { parseStartLine } from './startLine.ts';

/**
 * - `message`: the bytes of one whole message, for `parseMessage(bytes, { carriedBy: 'stream' })`. They stay valid.
 * - `ping`: the far end asks for a pong, which is one CRLF (RFC 5626, §3.5.1). Several that come together are one: nobody
 *   has us send as many bytes, in as many pieces, as they like.
 * - `pong`: a CRLF after `expectPong`: the answer to our ping, or the first half of a ping of theirs.
 * - `broken`: where the next message begins can no longer be told. `bytes` is the head of the message at fault, or what
 *   was read of it, `error.answer` what to say; the connection must then be closed. Always the last one.
 */
export type Frame =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'broken'; readonly error: SipParseError; readonly bytes: Buffer };

type State =
  /** Between messages: line ends are skipped, two in a row are a ping. Entered at first, from body; leaves to head. */
  | { readonly kind: 'between'; readonly lineEnds: 0 | 1 }
  /**
   * A message has begun. `searched` bytes of it hold no empty line; `line` is its first line, once that is whole.
   * Entered from between; leaves to body, broken.
   */
  | { readonly kind: 'head'; readonly searched: number; readonly line: FirstLine | undefined }
  /** The message is whole once there are `size` bytes. Entered from head; leaves to between. */
  | { readonly kind: 'body'; readonly size: number }
  /** Nothing is read any more. Entered from head. */
  | { readonly kind: 'broken' };

/** `fault`: neither a request nor a response begins so; what was wrong is known, but not what the bytes before it were. */
interface FirstLine {
  readonly fault: Pick<HeadFault, 'reason' | 'detail'> | undefined;
}

/** What a state makes of the bytes at hand: the next state, perhaps with a frame; or it needs more of them. */
interface Move {
  readonly to: State;
  readonly frame?: Frame;
  readonly waits?: boolean;
}

/**
 * Cuts the bytes of one connection into messages by their Content-Length (RFC 3261, §18.3). Never throws; takes time
 * that is linear in the bytes, however they are cut; holds one message at most, and that within the limits.
 */
export class StreamFramer {
  private readonly held = new ByteQueue();
  private state: State = { kind: 'between', lineEnds: 0 };
  private pongExpected = false;

  constructor(private readonly limits: ParseLimits = defaultParseLimits) {}

  /** Bytes held of a message that is not complete: 0 between messages. */
  get pending(): number {
    return this.held.length;
  }

  /** After a frame `broken`: everything fed is discarded. */
  get broken(): boolean {
    return this.state.kind === 'broken';
  }

  /** A ping was sent: the next CRLF between messages is a `pong`. */
  expectPong(): void {
    this.pongExpected = true;
  }

  /** The stream is over: what was left unfinished of a message, if anything was. */
  finish(): Frame | undefined {
    const { state } = this;
    if (state.kind !== 'head' && state.kind !== 'body') return undefined;
    const fault: Pick<HeadFault, 'reason' | 'detail'> =
      state.kind === 'body'
        ? { reason: 'truncatedBody', detail: 'the stream ends within the body' }
        : { reason: 'unfinishedHeaders', detail: 'the stream ends within the header fields' };
    const move = this.break(fault.reason, fault.detail, this.held.length);
    this.state = move.to;
    return move.frame;
  }

  /** The frames that `chunk` completes, in their order. `chunk` must not be written to afterwards. */
  feed(chunk: Buffer): readonly Frame[] {
    const frames: Frame[] = [];
    if (this.state.kind === 'broken') return frames;
    this.held.add(chunk);
    for (;;) {
      const move = this.move(this.state, this.held.bytes);
      this.state = move.to;
      if (move.frame !== undefined) frames.push(move.frame);
      if (move.waits === true) return frames;
    }
  }

  private move(state: State, bytes: Buffer): Move {
    switch (state.kind) {
      case 'between':
        return this.skipLineEnd(state, bytes);
      case 'head':
        return this.readHead(state, bytes);
      case 'body':
        if (bytes.length < state.size) return { to: state, waits: true };
        return { to: { kind: 'between', lineEnds: 0 }, frame: { kind: 'message', bytes: this.held.take(state.size) } };
      case 'broken':
        this.held.clear();
        return { to: state, waits: true };
    }
  }

  private skipLineEnd(state: State & { readonly kind: 'between' }, bytes: Buffer): Move {
    if (bytes.length === 0 || (bytes.length === 1 && bytes[0] === 0x0d)) return { to: state, waits: true };
    if (bytes[0] !== 0x0d || bytes[1] !== 0x0a) return { to: { kind: 'head', searched: 0, line: undefined } };
    if (this.pongExpected) {
      this.held.take(2);
      // Counted as the first half of a ping as well: a second CRLF gets its pong in any case.
      this.pongExpected = false;
      return { to: { kind: 'between', lineEnds: 1 }, frame: { kind: 'pong' } };
    }
    let size = 2;
    while (bytes[size] === 0x0d && bytes[size + 1] === 0x0a) size += 2;
    this.held.take(size);
    const lineEnds = state.lineEnds + size / 2;
    const to: State = { kind: 'between', lineEnds: lineEnds % 2 === 0 ? 0 : 1 };
    return lineEnds >= 2 ? { to, frame: { kind: 'ping' } } : { to };
  }

  private readHead(state: State & { readonly kind: 'head' }, bytes: Buffer): Move {
    const { startLineLength, messageSize } = this.limits;
    // The end of what was searched may be the beginning of an empty line.
    const from = Math.max(0, state.searched - 3);
    let { line } = state;
    if (line === undefined) {
      const lineEnd = bytes.indexOf('\r\n', from);
      const length = lineEnd === -1 ? bytes.length : lineEnd;
      if (length > startLineLength)
        return this.break('startLineTooLong', 'the first line is too long', startLineLength);
      if (lineEnd === -1) return { to: { kind: 'head', searched: bytes.length, line }, waits: true };
      line = firstLine(bytes.toString('latin1', 0, lineEnd));
      if (line === undefined) return this.break('notSip', 'the first line is none of SIP', lineEnd);
    }
    const blank = bytes.indexOf('\r\n\r\n', from);
    const headEnd = blank === -1 ? bytes.length : blank + 4;
    if (headEnd > messageSize) return this.break('messageTooLarge', 'the header fields do not end', messageSize);
    if (blank === -1) return { to: { kind: 'head', searched: bytes.length, line }, waits: true };
    // Its header fields say whom to answer; where the next message begins they do not say reliably.
    if (line.fault !== undefined) return this.break(line.fault.reason, line.fault.detail, headEnd);
    const size = this.sizeOf(bytes, headEnd);
    if (size.ok) return { to: { kind: 'body', size: size.value } };
    return this.break(size.error.reason, size.error.detail, headEnd, size.error.offset);
  }

  /** The size of the message whose header section ends at `headEnd`: that of the section, and its Content-Length. */
  private sizeOf(bytes: Buffer, headEnd: number): Result<number, HeadFault> {
    const text = bytes.toString('latin1', 0, headEnd - 2);
    const reader = new FieldReader(text, text.indexOf('\r\n') + 2, this.limits.headerLength);
    let size: number | undefined;
    while (reader.next()) {
      if (canonicalName(reader.name) !== 'Content-Length') continue;
      const wrong = (reason: SipParseReason, detail: string) => fail({ reason, detail, offset: reader.start });
      if (size !== undefined) return wrong('repeatedContentLength', 'Content-Length comes more than once');
      const length = parseInteger(reader.value);
      if (reader.fault !== undefined || !length.ok) return wrong('badContentLength', 'Content-Length is no number');
      size = headEnd + length.value;
      if (size > this.limits.messageSize) return wrong('messageTooLarge', `more than ${this.limits.messageSize} bytes`);
    }
    if (size !== undefined) return ok(size);
    return fail({
      reason: 'missingContentLength',
      detail: 'a message in a stream needs a Content-Length',
      offset: headEnd - 2,
    });
  }

  /** `size`: how much of the bytes is the message's. */
  private break(reason: SipParseReason, detail: string, size: number, offset = 0): Move {
    const bytes = this.held.take(size);
    const error = explain(bytes, readHead(bytes, this.limits), { reason, detail, offset });
    return { to: { kind: 'broken' }, frame: { kind: 'broken', error, bytes } };
  }
}

/** Undefined: it is no line of SIP. One with a method or a status is judged with its message. */
const firstLine = (text: string): FirstLine | undefined => {
  const { line, fault } = parseStartLine(text);
  if (fault?.reason === 'notSip') return undefined;
  return { fault: line === undefined && fault?.reason === 'badRequestLine' ? fault : undefined };
};
