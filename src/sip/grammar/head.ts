import { isUtf8 } from 'node:buffer';
import type { HeaderField } from '../message.ts';
import type { SipParseReason } from './fault.ts';
import { FieldReader } from './fieldReader.ts';
import { canonicalName, isListHeader } from './headerNames.ts';
import type { ParseLimits } from './limits.ts';
import { splitList } from './splitList.ts';
import { parseStartLine, type StartLine } from './startLine.ts';

/** Start line and header fields: what could be read of them, and the first thing that was wrong. */
export interface Head {
  readonly startLine: StartLine | undefined;
  readonly fields: readonly HeaderField[];
  readonly fault: HeadFault | undefined;
  /** Where the body begins. Bytes. */
  readonly end: number;
  /** Where the first Content-Length begins. Bytes; −1 where there is none. */
  readonly contentLengthAt: number;
}

export interface HeadFault {
  readonly reason: SipParseReason;
  readonly detail: string;
  /** Bytes from the start of the message. */
  readonly offset: number;
}

const blankLine = Buffer.from('\r\n\r\n');

/** Goes on behind a fault, so that a request can be answered; but not beyond a limit. */
export function readHead(bytes: Buffer, limits: ParseLimits): Head {
  const start = skipLineEnds(bytes);
  if (start === bytes.length) return nothing('emptyMessage', 'nothing but line ends', start);
  return new HeadReader(bytes, start, limits).read();
}

/** Line ends in front of a message are ignored (RFC 3261, §7.5). */
function skipLineEnds(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) at += 2;
  return at;
}

const nothing = (reason: SipParseReason, detail: string, offset: number): Head => ({
  startLine: undefined,
  fields: [],
  fault: { reason, detail, offset },
  end: offset,
  contentLengthAt: -1,
});

class HeadReader {
  private readonly fields: HeaderField[] = [];
  private readonly text: string;
  private readonly utf8: boolean;
  private readonly end: number;
  private readonly finished: boolean;
  private fault: HeadFault | undefined;
  private contentLengthAt = -1;

  constructor(
    bytes: Buffer,
    private readonly start: number,
    private readonly limits: ParseLimits,
  ) {
    const within = bytes.length > limits.messageSize ? bytes.subarray(0, limits.messageSize) : bytes;
    const blank = within.indexOf(blankLine, start);
    this.end = blank === -1 ? within.length : blank + 4;
    // Without the empty line, what follows the last line end may be half a header field.
    const textEnd = blank === -1 ? Math.max(start, within.lastIndexOf('\r\n') + 2) : blank + 2;
    this.finished = blank !== -1;
    const octets = within.subarray(start, textEnd);
    this.utf8 = isUtf8(octets);
    this.text = octets.toString(this.utf8 ? 'utf8' : 'latin1');
    if (within !== bytes) this.wrong('messageTooLarge', `more than ${limits.messageSize} bytes`, 0);
  }

  read(): Head {
    const lineEnd = this.text.indexOf('\r\n');
    const startLine = lineEnd === -1 ? undefined : this.readStartLine(lineEnd);
    if (startLine === undefined) this.wrong('notSip', 'no line that ends with CR and LF', 0);
    if (!this.finished) this.wrong('unfinishedHeaders', 'no empty line ends the header fields', this.text.length);
    // What stands in front of a method spoils the line; the fields still say whom to answer.
    const spoilt = startLine === undefined && this.fault?.reason === 'badRequestLine';
    if (startLine !== undefined || spoilt) this.readFields(lineEnd + 2);
    const { fields, fault, end, contentLengthAt } = this;
    return { startLine, fields, fault, end, contentLengthAt };
  }

  private readStartLine(end: number): StartLine | undefined {
    if (end > this.limits.startLineLength) {
      this.wrong('startLineTooLong', `a start line of more than ${this.limits.startLineLength} characters`, 0);
    }
    // One that is too long is still read as far as an answer needs it.
    const parsed = parseStartLine(this.decoded(this.text.slice(0, end)));
    if (parsed.fault !== undefined) this.wrong(parsed.fault.reason, parsed.fault.detail, parsed.fault.at);
    return parsed.line;
  }

  private readFields(from: number): void {
    const reader = new FieldReader(this.text, from, this.limits.headerLength);
    let faulty = 0;
    while (reader.next()) {
      if (reader.fault === undefined) {
        this.addField(canonicalName(reader.name), this.decoded(reader.value), reader.start);
      } else {
        this.wrong(reader.fault.reason, reader.fault.detail, reader.fault.at);
        faulty++;
      }
      if (this.fields.length + faulty > this.limits.headerCount) {
        this.wrong('tooManyHeaders', `more than ${this.limits.headerCount} header fields`, reader.start);
        return;
      }
    }
  }

  private addField(name: string, value: string, at: number): void {
    if (isListHeader(name)) for (const element of splitList(value)) this.fields.push({ name, value: element });
    else this.fields.push({ name, value });
    if (name === 'Content-Length') this.noteContentLength(at);
  }

  private noteContentLength(at: number): void {
    if (this.contentLengthAt !== -1) {
      this.wrong('repeatedContentLength', 'Content-Length comes more than once', at);
      return;
    }
    this.contentLengthAt = this.offsetOf(at);
  }

  /** In a message that is not UTF-8 throughout, each text is taken by itself. */
  private decoded(text: string): string {
    if (this.utf8) return text;
    const octets = Buffer.from(text, 'latin1');
    return isUtf8(octets) ? octets.toString('utf8') : text;
  }

  private wrong(reason: SipParseReason, detail: string, at: number): void {
    this.fault ??= { reason, detail, offset: this.offsetOf(at) };
  }

  private offsetOf(at: number): number {
    return this.start + (this.utf8 ? Buffer.byteLength(this.text.slice(0, at)) : at);
  }
}
