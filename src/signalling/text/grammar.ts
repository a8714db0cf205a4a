/**
 * The grammar of header fields: the stack's, which is pure and knows of no engine. Signalling takes it through this
 * door alone.
 */
export { type Auth, authParam, parseAuth } from '../../sip/grammar/fields/auth.ts';
export { parseCSeq } from '../../sip/grammar/fields/cseq.ts';
export { admits } from '../../sip/grammar/fields/mediaType.ts';
export {
  type NameAddr,
  parseContact,
  parseFrom,
  parseNameAddr,
  parseReferTo,
  tagOf,
} from '../../sip/grammar/fields/nameAddr.ts';
export { hasParam, type Params, param } from '../../sip/grammar/fields/params.ts';
export { parseReplaces, type Replaces } from '../../sip/grammar/fields/replaces.ts';
export {
  parseRetryAfter,
  parseSessionExpires,
  type SessionExpires,
} from '../../sip/grammar/fields/seconds.ts';
export { escapeUser, quote, unescapeUri, unquote } from '../../sip/grammar/fields/text.ts';
export { parseUri, type SipUri, serializeUri, type Uri, uriEquals } from '../../sip/grammar/fields/uri.ts';
export { boundaryOf, partsOf } from '../../sip/grammar/multipart.ts';
export { splitList } from '../../sip/grammar/splitList.ts';
export { reasonPhrase } from '../../sip/reasonPhrases.ts';
