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

const partyOf = (address: NameAddr): Party => {
  const display = cleanText(address.display ?? '', longestDisplay);
  return { number: userOf(address.uri), display: display === '' ? undefined : display };
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

/** From a trunk: what its network asserts comes before what the caller's phone says (RFC 3325, §5). */
export const callerOfTrunk = (message: Headed, from: NameAddr): Party => {
  if (isWithheld(message, from)) return withheld;
  const asserted = parseNameAddr(elementsOf(header(message, 'p-asserted-identity'))[0] ?? '');
  if (!asserted.ok) return partyOf(from);
  const party = partyOf(asserted.value);
  return {
    number: party.number === '' ? userOf(from.uri) : party.number,
    display: party.display ?? partyOf(from).display,
  };
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
