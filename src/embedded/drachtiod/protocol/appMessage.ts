/**
 * SIP as an application writes it: a sketch that the server completes. It is read with leniency, since the server
 * replaces most of what could be wrong in it: a line that is no header field is left out, as drachtio-server does, and
 * the body is whatever follows the empty line (drachtio-srf counts characters in its Content-Length, not bytes).
 */
import { fail, ok, type Result } from '../../../base/result.ts';
import { canonicalName } from '../../../sip/grammar/headerNames.ts';
import type { HeaderField } from '../../../sip/message.ts';

interface AppMessageBase {
  /** Names in their canonical form, values trimmed; a list stays one value, as the application wrote it. */
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
}

export interface AppRequest extends AppMessageBase {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
}

export interface AppResponse extends AppMessageBase {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
}

export type AppMessage = AppRequest | AppResponse;

const statusLine = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/;
const requestLine = /^([A-Za-z0-9\-.!%*_+`'~]{1,64}) (\S+) SIP\/2\.0$/;
const headerName = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
/** NUL, CR and LF in a value would become something else on the wire. */
const forbidden = /[\0\r\n]/;
const separator = Buffer.from('\r\n\r\n', 'latin1');

const headerField = (line: string): HeaderField | undefined => {
  const colon = line.indexOf(':');
  if (colon < 1) return undefined;
  const name = line.slice(0, colon).trim();
  if (!headerName.test(name)) return undefined;
  const value = line.slice(colon + 1).trim();
  return forbidden.test(value) ? undefined : { name: canonicalName(name), value };
};

/** The error is a text for the application. */
export const parseAppMessage = (bytes: Buffer): Result<AppMessage, string> => {
  const end = bytes.indexOf(separator);
  const lines = bytes.toString('utf8', 0, end === -1 ? bytes.length : end).split('\r\n');
  // Copied: a slice would keep the whole chunk of the socket alive for as long as a dialog remembers its SDP.
  const body = end === -1 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(end + separator.length));
  const headers: HeaderField[] = [];
  for (let i = 1; i < lines.length; i += 1) {
    const field = headerField(lines[i] as string);
    if (field !== undefined) headers.push(field);
  }
  const start = lines[0] as string;
  const status = statusLine.exec(start);
  if (status !== null) {
    return ok({ kind: 'response', status: Number(status[1]), reason: (status[2] ?? '').trim(), headers, body });
  }
  const request = requestLine.exec(start);
  if (request !== null) {
    return ok({ kind: 'request', method: request[1] as string, uri: request[2] as string, headers, body });
  }
  return fail('the message has neither a request line nor a status line');
};

/** The value of the first field of that canonical name; undefined where it is absent or empty. */
export const appHeader = (message: AppMessage, name: string): string | undefined => {
  const value = message.headers.find(field => field.name === name)?.value;
  return value === '' ? undefined : value;
};
