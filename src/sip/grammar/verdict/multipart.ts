import type { SipMessage } from '../../message.ts';
import { boundaryOf } from '../multipart.ts';

/**
 * Applications read bodies of several parts by regular expressions, drachtio-srf among them: `Content-Type:\s*(.*)\r\n`
 * takes time that grows with the square of the white space in it. What costs more than a moment is malformed to us: no
 * honest part has two Content-Types, or one of more than a kilobyte.
 */
const longestType = 512;
/** Of the line that a Content-Type within the body begins, and of the white space at its beginning. */
const longestLine = 1_024;
const mostSpace = 64;
const mostTypes = 32;
const marker = /content-type:/gi;
const markerLength = 13;
/** It always matches, at most one character more than may be. */
const space = new RegExp(`\\s{0,${mostSpace + 1}}`, 'y');

/** Whether a library of an application could be kept busy by this message. Time grows with its length alone. */
export function isCostlyMultipart({ headers, body }: SipMessage): boolean {
  for (const { name, value } of headers) {
    // drachtio-srf resolves escapes in the names of fields.
    if (name !== 'Content-Type' && !name.includes('%')) continue;
    const type = value.toLowerCase();
    if (!type.includes('multipart/')) continue;
    if (type.length > longestType || (type.startsWith('multipart/') && boundaryOf(value) === undefined)) return true;
    return hasCostlyTypes(body.toString('utf8'));
  }
  return false;
}

function hasCostlyTypes(body: string): boolean {
  let types = 0;
  for (const { index } of body.matchAll(marker)) {
    types++;
    space.lastIndex = index + markerLength;
    space.test(body);
    const start = space.lastIndex;
    const line = body.slice(start, start + longestLine);
    const endless = line.length === longestLine && !line.includes('\n');
    if (types > mostTypes || start - index - markerLength > mostSpace || endless) return true;
  }
  return false;
}
