import { forbiddenAt, isToken } from './characters.ts';
import type { SipParseReason } from './fault.ts';

export type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

/** `line` is what could be made out in spite of the fault. */
export interface ParsedStartLine {
  readonly line?: StartLine;
  readonly fault?: { readonly reason: SipParseReason; readonly detail: string; readonly at: number };
}

/** Request-Line or Status-Line (RFC 3261, §7.1, §7.2): single spaces, and none at either end. */
export function parseStartLine(text: string): ParsedStartLine {
  if (beginsWithSip(text)) return parseStatusLine(text);
  if (!text.toUpperCase().includes('SIP/')) {
    return { fault: { reason: 'notSip', detail: 'the first line names no version of SIP', at: 0 } };
  }
  return parseRequestLine(text);
}

const beginsWithSip = (text: string): boolean => text.slice(0, 4).toUpperCase() === 'SIP/';

function parseStatusLine(text: string): ParsedStartLine {
  const wrong = (detail: string, at: number): ParsedStartLine => ({ fault: { reason: 'badStatusLine', detail, at } });
  if (text.slice(0, 8).toUpperCase() !== 'SIP/2.0 ') {
    return { fault: { reason: 'badVersion', detail: 'the version is not SIP/2.0', at: 0 } };
  }
  const digits = text.slice(8, 11);
  if (!/^[1-6][0-9]{2}$/.test(digits)) return wrong('the status is no number from 100 to 699', 8);
  // Some leave out the space in front of an empty reason.
  if (text.length > 11 && text.charCodeAt(11) !== 0x20) return wrong('the status is not followed by a space', 11);
  const reason = text.slice(12);
  const forbidden = forbiddenAt(reason);
  if (forbidden !== -1) return wrong('the reason has a control character', 12 + forbidden);
  return { line: { kind: 'response', status: Number(digits), reason } };
}

function parseRequestLine(text: string): ParsedStartLine {
  const first = text.indexOf(' ');
  const last = text.lastIndexOf(' ');
  const method = first === -1 ? '' : text.slice(0, first);
  if (!isToken(method)) {
    // Bytes in front of a request are told from bytes in front of a response by the end of the line.
    if (text.slice(-7).toUpperCase() !== 'SIP/2.0') {
      return { fault: { reason: 'notSip', detail: 'the first line is that of no request and of no response', at: 0 } };
    }
    return { fault: { reason: 'badRequestLine', detail: 'the line does not begin with a method and a space', at: 0 } };
  }
  const uri = last > first ? text.slice(first + 1, last) : '';
  const line: StartLine = { kind: 'request', method, uri };
  const wrong = (detail: string, at: number): ParsedStartLine => ({
    line,
    fault: { reason: 'badRequestLine', detail, at },
  });
  const version = text.slice(last + 1);
  if (version.toUpperCase() !== 'SIP/2.0') {
    return /^SIP\/[0-9]+\.[0-9]+$/i.test(version)
      ? { line, fault: { reason: 'badVersion', detail: 'the version is not SIP/2.0', at: last + 1 } }
      : wrong('the line does not end with a space and a version', last + 1);
  }
  if (uri === '') return wrong('the Request-URI is missing', first + 1);
  for (let at = 0; at < uri.length; at++) {
    const code = uri.charCodeAt(at);
    if (code <= 0x20 || code === 0x7f)
      return wrong('white space or a control character in the Request-URI', first + 1 + at);
  }
  return { line };
}
