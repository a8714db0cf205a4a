/** Reading messages as drachtio-srf hands them over. */
import { own } from '../../base/own.ts';
import { boundaryOf, partsOf } from '../text/grammar.ts';
import type { SrfHeaders, SrfRequest } from './srf.ts';

/** Compact forms that drachtio-srf does not resolve (RFC 3261, §7.3.3; RFC 3515, 3892, 4028, 6665). */
const compact: ReadonlyMap<string, string> = new Map([
  ['refer-to', 'r'],
  ['referred-by', 'b'],
  ['session-expires', 'x'],
  ['event', 'o'],
  ['content-encoding', 'e'],
]);

const folded = /\r\n[ \t]+/g;

interface Headed {
  readonly headers: SrfHeaders;
}

/** The value of a header field, `name` in lower case; several of that name joined by commas. */
export const header = (message: Headed, name: string): string | undefined => {
  const short = compact.get(name);
  const value = own(message.headers, name) ?? (short === undefined ? undefined : own(message.headers, short));
  return value?.includes('\r\n') ? value.replace(folded, ' ') : value;
};

export type Description =
  | { readonly kind: 'none' }
  | { readonly kind: 'sdp'; readonly sdp: string }
  /** Something that is no session description, or one that we cannot decode: 415. */
  | { readonly kind: 'unsupported' };

/** What some senders send for no body: line ends, NUL. */
const isBlank = (body: string): boolean => body.length < 100 && !/[^\s\0]/.test(body);

/** `handling=optional` (RFC 3261, §20.11): whoever does not understand the body leaves it alone. */
export const isOptional = (message: Headed): boolean =>
  (header(message, 'content-disposition') ?? '')
    .toLowerCase()
    .split(';')
    .slice(1)
    .some(param => /^handling\s*=\s*"?optional"?$/.test(param.trim()));

const none: Description = { kind: 'none' };
const unsupported: Description = { kind: 'unsupported' };

type WithBody = Headed & Pick<SrfRequest, 'body'>;

/** The session description in a message, in a part of multipart/mixed too (RFC 5621, §3.1). */
export const description = (message: WithBody): Description => {
  const body = message.body ?? '';
  if (isBlank(body)) return none;
  const unknown = isOptional(message) ? none : unsupported;
  const encoding = header(message, 'content-encoding')?.trim().toLowerCase();
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity') return unknown;
  const contentType = header(message, 'content-type') ?? '';
  if (mediaType(contentType) === 'application/sdp') return { kind: 'sdp', sdp: body };
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return unknown;
  const part = partsOf(body, boundary).find(({ type }) => mediaType(type) === 'application/sdp');
  // The line end before a delimiter is the delimiter's; a description ends with one of its own (RFC 8866, §5).
  return part === undefined || part.content.trim() === ''
    ? unknown
    : { kind: 'sdp', sdp: part.content.endsWith('\n') ? part.content : `${part.content}\r\n` };
};

/** Lower case, without parameters. */
export const mediaType = (contentType: string | undefined): string =>
  (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
