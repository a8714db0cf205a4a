import type { HeaderField, SipRequest } from '../../message.ts';
import { admits, parseMediaType } from '../fields/mediaType.ts';
import { param } from '../fields/params.ts';
import { parseToken } from '../fields/token.ts';
import { parseUri } from '../fields/uri.ts';
import { hasHeader, header, headers } from '../headers.ts';
import type { Abilities, Verdict } from './verdict.ts';

/** Those that we would recognize without being able to serve them: 405, not 501 (RFC 3261, §8.2.1). */
const definedMethods = new Set([
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REFER',
  'REGISTER',
  'SUBSCRIBE',
  'UPDATE',
]);

/** What RFC 3261 asks of a user agent server in this order: method (§8.2.1), Request-URI and Require (§8.2.2), content (§8.2.3). */
export function judgeAbilities(request: SipRequest, abilities: Abilities): Verdict {
  return (
    judgeMethod(request, abilities) ??
    judgeScheme(request, abilities) ??
    judgeExtensions(request, abilities) ??
    judgeEncoding(request, abilities) ??
    judgeContentType(request, abilities) ??
    judgeAccept(request, abilities) ?? { kind: 'accept', message: request }
  );
}

function judgeMethod(request: SipRequest, { methods }: Abilities): Verdict | undefined {
  if (methods === undefined || methods.includes(request.method)) return undefined;
  return definedMethods.has(request.method)
    ? refuse(request, 405, 'Method Not Allowed', 'Allow', methods)
    : refuse(request, 501, 'Not Implemented', 'Allow', methods);
}

function judgeScheme(request: SipRequest, { schemes }: Abilities): Verdict | undefined {
  if (schemes === undefined) return undefined;
  const uri = parseUri(request.uri);
  const scheme = !uri.ok ? '' : uri.value.kind === 'tel' ? 'tel' : uri.value.scheme;
  return schemes.includes(scheme) ? undefined : refuse(request, 416, 'Unsupported URI Scheme');
}

function judgeExtensions(request: SipRequest, { extensions }: Abilities): Verdict | undefined {
  if (extensions === undefined) return undefined;
  const unsupported = headers(request, 'Require').filter(tag => tag !== '' && !extensions.includes(tag.toLowerCase()));
  return unsupported.length === 0 ? undefined : refuse(request, 420, 'Bad Extension', 'Unsupported', unsupported);
}

function judgeEncoding(request: SipRequest, { contentEncodings }: Abilities): Verdict | undefined {
  if (contentEncodings === undefined || !mustBeUnderstood(request)) return undefined;
  const known = (coding: string): boolean => coding === 'identity' || contentEncodings.includes(coding);
  return headers(request, 'Content-Encoding').every(coding => known(coding.toLowerCase()))
    ? undefined
    : refuse(request, 415, 'Unsupported Media Type', 'Accept-Encoding', ['identity', ...contentEncodings]);
}

function judgeContentType(request: SipRequest, { contentTypes }: Abilities): Verdict | undefined {
  if (contentTypes === undefined || !mustBeUnderstood(request)) return undefined;
  const text = header(request, 'Content-Type');
  const media = text === undefined ? undefined : parseMediaType(text);
  if (media === undefined || (media.ok && contentTypes.includes(media.value.type))) return undefined;
  return refuse(request, 415, 'Unsupported Media Type', 'Accept', contentTypes);
}

/** Our answer must be of a type that the caller takes (RFC 3261, §20.1); an Accept without a value takes none. */
function judgeAccept(request: SipRequest, { answerType }: Abilities): Verdict | undefined {
  if (answerType === undefined || request.method !== 'INVITE' || !hasHeader(request, 'Accept')) return undefined;
  const admitted = headers(request, 'Accept').some(text => {
    const range = parseMediaType(text);
    return range.ok && admits(range.value.type, answerType);
  });
  return admitted ? undefined : refuse(request, 406, 'Not Acceptable');
}

/** There is a body, and its sender did not say that it may be passed over (RFC 3261, §20.11). */
function mustBeUnderstood(request: SipRequest): boolean {
  if (request.body.length === 0) return false;
  const disposition = parseToken(header(request, 'Content-Disposition') ?? '');
  return !(disposition.ok && param(disposition.value.params, 'handling')?.toLowerCase() === 'optional');
}

function refuse(
  request: SipRequest,
  status: number,
  reason: string,
  name = '',
  values: readonly string[] = [],
): Verdict {
  const fields: HeaderField[] = values.map(value => ({ name, value }));
  return { kind: 'refuse', status, reason, headers: fields, request, because: `${status} ${reason}` };
}
