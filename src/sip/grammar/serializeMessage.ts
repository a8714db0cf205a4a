import { KozpontError } from '../../base/errors.ts';
import type { SipMessage } from '../message.ts';
import { forbiddenAt, isToken } from './characters.ts';
import { canonicalName } from './headerNames.ts';

/**
 * The bytes of a message. Content-Length always says what the body has: it is corrected, or added as the last header
 * field. Throws `INVALID_SIP` where a start line or header field could not be read back (a line end or another control
 * character, a name that is no token): nothing that comes from a stranger can become a header field of its own.
 */
export function serializeMessage(message: SipMessage): Buffer {
  const head = startLineOf(message) + fieldsOf(message);
  const length = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(length + message.body.length);
  bytes.write(head, 0, 'utf8');
  bytes.set(message.body, length);
  return bytes;
}

function startLineOf(message: SipMessage): string {
  if (message.kind === 'request') {
    if (!isToken(message.method)) refuse('the method is no token');
    if (!isWord(message.uri)) refuse('the Request-URI is empty or has white space or a control character');
    return `${message.method} ${message.uri} SIP/2.0`;
  }
  const { status, reason } = message;
  if (!Number.isInteger(status) || status < 100 || status > 699) refuse('the status is not from 100 to 699');
  if (forbiddenAt(reason) !== -1) refuse('the reason has a control character');
  return `SIP/2.0 ${status} ${reason}`;
}

/** The header section, from the end of the start line to the empty line. */
function fieldsOf({ headers, body }: SipMessage): string {
  const contentLength = `\r\nContent-Length: ${body.length}`;
  let text = '';
  let lengthWritten = false;
  /** How many characters the line has to which the next field may be joined; Infinity: to none. */
  let line = Number.POSITIVE_INFINITY;
  let previous = '';
  for (const { name, value } of headers) {
    if (canonicalName(name) === 'Content-Length') {
      if (!lengthWritten) text += contentLength;
      lengthWritten = true;
      previous = '';
      continue;
    }
    if (!isToken(name)) refuse('the name of a header field is no token');
    if (forbiddenAt(value) !== -1) refuse(`a control character in ${name}`);
    const joinable = tokenLists.has(name) && isPlain(value);
    if (joinable && name === previous && line + value.length < longestJoinedLine) {
      text += `, ${value}`;
      line += value.length + 2;
    } else {
      text += `\r\n${name}: ${value}`;
      line = joinable ? value.length : Number.POSITIVE_INFINITY;
    }
    previous = name;
  }
  return `${text}${lengthWritten ? '' : contentLength}\r\n\r\n`;
}

/** Written as one line, as everybody does: a dozen lines of Allow would use up a datagram's 1300 bytes (RFC 3261, §18.1.1). */
const tokenLists = new Set([
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Allow',
  'Allow-Events',
  'Proxy-Require',
  'Require',
  'Supported',
  'Unsupported',
]);
const longestJoinedLine = 256;

/** Nothing in it could hide a comma from whoever splits the line again. */
function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x22 || code === 0x28 || code === 0x3c || code === 0x2c || code === 0x5c) return false;
  }
  return value.length > 0;
}

function isWord(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f) return false;
  }
  return text.length > 0;
}

function refuse(what: string): never {
  throw new KozpontError('INVALID_SIP', `cannot be sent: ${what}`);
}
