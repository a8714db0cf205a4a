/** Who a call is from, as its header fields say; and whom it is for. All of it is a stranger's text. */
import { header } from '../drachtio/message.ts';
import type { SrfHeaders } from '../drachtio/srf.ts';
import type { Party } from '../port.ts';
import { cleanText } from '../text/clean.ts';
import { type NameAddr, parseNameAddr, parseUri, unescapeUri } from '../text/grammar.ts';
import { hasToken, splitList } from '../text/list.ts';

interface Headed {
  readonly headers: SrfHeaders;
}

/** Octets. */
const longestNumber = 64;
const longestDisplay = 128;

const userOf = (address: NameAddr): string => {
  const { uri } = address;
  if (uri.kind === 'tel') return cleanText(uri.number.replace(/[-.()]/g, ''), longestNumber);
  return uri.kind === 'sip' && uri.user !== null ? userPart(uri.user) : '';
};

/** Without the parameters that some put into it (RFC 4694: `+361;npdi`). */
const userPart = (user: string): string => cleanText(unescapeUri(user.split(';', 1)[0] ?? ''), longestNumber);

const partyOf = (address: NameAddr): Party => {
  const display = cleanText(address.display ?? '', longestDisplay);
  return { number: userOf(address), display: display === '' ? undefined : display };
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
  const asserted = parseNameAddr(splitList(header(message, 'p-asserted-identity') ?? '')[0] ?? '');
  if (!asserted.ok) return partyOf(from);
  const party = partyOf(asserted.value);
  return { number: party.number === '' ? userOf(from) : party.number, display: party.display ?? partyOf(from).display };
};

/** An extension is who it has proved to be. */
export const callerOfExtension = (message: Headed, from: NameAddr, extension: string): Party =>
  isWithheld(message, from) ? withheld : { number: extension, display: partyOf(from).display };

export const claimedUser = (from: NameAddr): string => userOf(from);

/** The user part of the Request-URI; undefined where it is a URI of a kind that we do not serve (416). */
export const dialledNumber = (requestUri: string): string | undefined => {
  const uri = parseUri(requestUri);
  if (!uri.ok || uri.value.kind === 'other') return undefined;
  if (uri.value.kind === 'sip' && uri.value.scheme === 'sips') return undefined;
  return userOf({ display: null, uri: uri.value, params: [] });
};
