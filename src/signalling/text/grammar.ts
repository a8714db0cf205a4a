/**
 * The grammar of header fields: the stack's, which is pure and knows of no engine. Signalling takes it through this
 * door alone.
 */
export { type Auth, authParam, parseAuth } from '../../embedded/sip/grammar/fields/auth.ts';
export { parseCSeq } from '../../embedded/sip/grammar/fields/cseq.ts';
export { admits } from '../../embedded/sip/grammar/fields/mediaType.ts';
export { type NameAddr, parseContact, parseNameAddr, tagOf } from '../../embedded/sip/grammar/fields/nameAddr.ts';
export { hasParam, type Params, param } from '../../embedded/sip/grammar/fields/params.ts';
export { parseReplaces, type Replaces } from '../../embedded/sip/grammar/fields/replaces.ts';
export {
  parseRetryAfter,
  parseSessionExpires,
  type SessionExpires,
} from '../../embedded/sip/grammar/fields/seconds.ts';
export { escapeUser, quote, unescapeUri, unquote } from '../../embedded/sip/grammar/fields/text.ts';
export { parseUri, type SipUri, serializeUri, type Uri, uriEquals } from '../../embedded/sip/grammar/fields/uri.ts';
export { splitList } from '../../embedded/sip/grammar/splitList.ts';
export { reasonPhrase } from '../../embedded/sip/reasonPhrases.ts';
