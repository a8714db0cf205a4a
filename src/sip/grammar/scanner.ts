import { fail, ok, type Result } from '../../base/result.ts';
import { DIGIT, isOf, isSpace, TOKEN } from './characters.ts';
import { endOfQuoted } from './delimited.ts';
import type { FieldFault } from './fault.ts';

/**
 * A place in a text that only moves forward. A reader that cannot go on calls `wrong` and returns anything: the first
 * fault stays, and `finish` gives it in place of the value.
 */
export class Scanner {
  at = 0;
  fault: FieldFault | undefined;

  constructor(readonly text: string) {}

  /** The code of the character at hand, −1 at the end. */
  peek(): number {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  skipSpace(): void {
    while (this.at < this.text.length && isSpace(this.text.charCodeAt(this.at))) this.at++;
  }

  /** Goes past the character if it is at hand. */
  take(code: number): boolean {
    if (this.peek() !== code) return false;
    this.at++;
    return true;
  }

  /** As `take`, with white space before and behind. */
  takeSeparator(code: number): boolean {
    const start = this.at;
    this.skipSpace();
    if (!this.take(code)) {
      this.at = start;
      return false;
    }
    this.skipSpace();
    return true;
  }

  /** As many characters of the class as there are; '' where there are none. */
  run(bit: number): string {
    const start = this.at;
    while (this.at < this.text.length && isOf(bit, this.text.charCodeAt(this.at))) this.at++;
    return this.text.slice(start, this.at);
  }

  token(what: string): string {
    const token = this.run(TOKEN);
    if (token === '') this.wrong(`${what} is missing or is no token`);
    return token;
  }

  /** Digits, at most `most`: however many there are, nothing overflows. */
  integer(what: string, most: number): number {
    const start = this.at;
    let value = 0;
    while (this.at < this.text.length && isOf(DIGIT, this.text.charCodeAt(this.at))) {
      if (value <= most) value = value * 10 + this.text.charCodeAt(this.at) - 0x30;
      this.at++;
    }
    if (this.at === start) this.wrong(`${what} is no number`);
    else if (value > most) this.wrong(`${what} is above ${most}`, start);
    return value;
  }

  /** A quoted string, with its quotes (at hand) and its escapes. */
  quoted(): string {
    const start = this.at;
    const end = endOfQuoted(this.text, start);
    if (end !== -1) {
      this.at = end;
      return this.text.slice(start, end);
    }
    this.wrong('a quoted string does not end');
    return '';
  }

  wrong(detail: string, at = this.at): void {
    this.fault ??= { detail, at };
  }

  /** The value, if nothing was wrong and nothing but white space is left. */
  finish<T>(value: T): Result<T, FieldFault> {
    if (this.fault !== undefined) return fail(this.fault);
    this.skipSpace();
    if (!this.ended) return fail({ detail: 'something follows that does not belong here', at: this.at });
    return ok(value);
  }
}
