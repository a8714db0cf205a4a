/** Who a call is from, as its header fields say; and whom it is for. All of it is a stranger's text. */
import { header } from '../drachtio/message.ts';
import type { SrfHeaders } from '../drachtio/srf.ts';
import type { Party } from '../port.ts';
import { cleanText } from '../text/clean.ts';
import { type NameAddr, parseNameAddr, parseUri } from '../text/grammar.ts';
import { elementsOf, hasToken } from '../text/list.ts';
import { userOf } from '../text/user.ts';

interface Headed {
  readonly headers: SrfHeaders;
}

/** Octets. */
const longestDisplay = 128;
/** A SIP and a tel URI (RFC 3325, §9.1). */
const mostAsserted = 2;

/**
 * `R: no answer 101 – Anna Kiss` is how our own recalls call themselves (R5): nobody else is to look like one. Compatible
 * forms count as the letters that they stand for (`Ｒ：`), and those of other alphabets that look like R do, too.
 */
const recall =
  /^[^\p{L}\p{N}]{0,16}[r\u0280\u13a1\u13d2\u0433\u1d26]\p{M}{0,4} ?[:\u02d0\u02f8\u0589\u05c3\u2236\ua789\ufe55]/iu;

const looksLikeRecall = (text: string): boolean => recall.test(text.normalize('NFKD'));

const ownWords = (text: string): string => (looksLikeRecall(text) ? '' : text);

const partyOf = (address: NameAddr): Party => {
  const display = ownWords(cleanText(address.display ?? '', longestDisplay));
  return { number: ownWords(userOf(address.uri)), display: display === '' ? undefined : display };
};

/** RFC 3323, RFC 3325, §9.1: an anonymous From, or a wish for privacy. */
export const isWithheld = (message: Headed, from: NameAddr): boolean => {
  const privacy = header(message, 'privacy');
  if (hasToken(privacy, 'id') || hasToken(privacy, 'user')) return true;
  const { uri } = from;
  return (
    uri.kind === 'sip' && (uri.host.toLowerCase() === 'anonymous.invalid' || uri.user?.toLowerCase() === 'anonymous')
  );
};

const withheld: Party = { number: '', display: undefined };

/**
 * From a trunk: what its network asserts comes before what the caller's phone says (RFC 3325, §5), but for an extension of
 * ours: a network knows who is outside of our house, and nobody in it.
 */
export const callerOfTrunk = (message: Headed, from: NameAddr, isOurs: (number: string) => boolean): Party => {
  if (isWithheld(message, from)) return withheld;
  const own = partyOf(from);
  for (const value of elementsOf(header(message, 'p-asserted-identity')).slice(0, mostAsserted)) {
    const asserted = parseNameAddr(value);
    if (!asserted.ok || isOurs(userOf(asserted.value.uri))) continue;
    const party = partyOf(asserted.value);
    return { number: party.number === '' ? own.number : party.number, display: party.display ?? own.display };
  }
  return own;
};

/** An extension is who it has proved to be. */
export const callerOfExtension = (message: Headed, from: NameAddr, extension: string): Party =>
  isWithheld(message, from) ? withheld : { number: extension, display: partyOf(from).display };

/** The user part of the Request-URI; undefined where it is a URI of a kind that we do not serve (416). */
export const dialledNumber = (requestUri: string): string | undefined => {
  const uri = parseUri(requestUri);
  if (!uri.ok || uri.value.kind === 'other') return undefined;
  if (uri.value.kind === 'sip' && uri.value.scheme === 'sips') return undefined;
  return userOf(uri.value);
};
