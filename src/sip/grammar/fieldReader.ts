import { forbiddenAt, isOf, isSpace, TOKEN, trimmed } from './characters.ts';

/** What is wrong with one header field; the reader has gone past it. */
export interface FieldReaderFault {
  readonly reason: 'badHeaderField' | 'forbiddenCharacter' | 'headerTooLong';
  readonly detail: string;
  readonly at: number;
}

/**
 * Goes through a header section field by field (RFC 3261, §7.3.1): finds its lines, unfolds them, and goes on behind a
 * field that is wrong. The section is lines that all end with CRLF. The framer and the parser both read with it, so
 * that they cannot disagree about where a message ends.
 */
export class FieldReader {
  /** As it came. */
  name = '';
  value = '';
  /** Where the field begins. */
  start = 0;
  fault: FieldReaderFault | undefined;

  constructor(
    private readonly text: string,
    private at: number,
    private readonly headerLength: number,
  ) {}

  /** Reads the next field into `name` and `value`, or its error into `fault`; false at the end. */
  next(): boolean {
    if (this.at >= this.text.length) return false;
    this.name = '';
    this.value = '';
    this.fault = undefined;
    this.start = this.at;
    const lineEnd = this.endOfLine(this.at);
    const end = this.endOfField(lineEnd);
    this.at = end + 2;
    if (end - this.start > this.headerLength) {
      this.wrong('headerTooLong', 'a header field is too long', this.start);
    } else {
      this.read(lineEnd, end);
    }
    return true;
  }

  private read(lineEnd: number, end: number): void {
    let at = this.start;
    while (at < lineEnd && isOf(TOKEN, this.text.charCodeAt(at))) at++;
    this.name = this.text.slice(this.start, at);
    while (at < lineEnd && isSpace(this.text.charCodeAt(at))) at++;
    if (this.name === '' || at === lineEnd || this.text.charCodeAt(at) !== 0x3a) {
      this.wrong('badHeaderField', 'a line is no header field: no token and colon at its start', at);
      return;
    }
    this.value = this.readLine(at + 1, lineEnd);
    if (end > lineEnd) this.unfold(lineEnd, end);
  }

  /** Lines that begin with white space go on with the one before; what lies between counts as one space (§7.3.1). */
  private unfold(lineEnd: number, end: number): void {
    for (let start = lineEnd + 2; start < end; ) {
      const stop = this.endOfLine(start);
      const line = this.readLine(start, stop);
      if (line !== '') this.value += this.value === '' ? line : ` ${line}`;
      start = stop + 2;
    }
  }

  private readLine(from: number, to: number): string {
    const forbidden = forbiddenAt(this.text, from, to);
    if (forbidden !== -1) this.wrong('forbiddenCharacter', 'a header field has a control character', forbidden);
    return trimmed(this.text, from, to);
  }

  private endOfLine(from: number): number {
    const end = this.text.indexOf('\r\n', from);
    return end === -1 ? this.text.length : end;
  }

  private endOfField(lineEnd: number): number {
    let end = lineEnd;
    while (end + 2 < this.text.length && isSpace(this.text.charCodeAt(end + 2))) end = this.endOfLine(end + 2);
    return end;
  }

  private wrong(reason: FieldReaderFault['reason'], detail: string, at: number): void {
    this.fault ??= { reason, detail, at };
  }
}
