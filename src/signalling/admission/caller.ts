/** Who a call is from, as its header fields say; and whom it is for. All of it is a stranger's text. */
import { type Numbering, oneForm, withoutCountry } from '../../base/numbers/oneForm.ts';
import { isNoNumber, isWithheldWord } from '../../base/numbers/withheld.ts';
import { withoutSeparators } from '../../base/numbers/written.ts';
import { header } from '../drachtio/message.ts';
import type { SrfHeaders } from '../drachtio/srf.ts';
import type { IncomingCall, Party } from '../port.ts';
import { cleanText } from '../text/clean.ts';
import { type NameAddr, parseNameAddr, parseUri, type Uri } from '../text/grammar.ts';
import { elementsOf, hasToken } from '../text/list.ts';
import { numberOf, userOf } from '../text/user.ts';
import type { AdmissionOptions } from './admission.ts';

interface Headed {
  readonly headers: SrfHeaders;
}

/** Octets. */
const longestDisplay = 128;
/** A SIP and a tel URI (RFC 3325, §9.1). */
const mostAsserted = 2;

/**
 * `R: no answer 101 – Anna Kiss` is how our own recalls call themselves (R5): nobody else is to look like one. Compatible
 * forms count as the letters that they stand for (`Ｒ：`), and those of other alphabets and signs that look like these do,
 * too (Unicode's confusables for R, r and the colon).
 */
const recall =
  /^[^\p{L}\p{N}]{0,16}[r\u0433\u0280\u1587\u13a1\u13d2\u1d26\u2c85\ua4e3\uab47\uab48\uab81\u{104b4}\u{16f35}\u{1d216}][^\p{L}\p{N}:]{0,16}[:\u02d0\u02f8\u0589\u05c3\u0703\u0704\u0903\u0a83\u16ec\u1803\u1809\u205a\u2236\ua4fd\ua789\ufe55]/iu;

const looksLikeRecall = (text: string): boolean => recall.test(text.normalize('NFKD'));

const ownWords = (text: string): string => (looksLikeRecall(text) ? '' : text);

const displayOf = (address: NameAddr): string | undefined => {
  const display = ownWords(cleanText(address.display ?? '', longestDisplay));
  return display === '' || isNoNumber(display) ? undefined : display;
};

type IsOurs = (number: string) => boolean;

/** Reads as an extension of ours, in whatever width its digits are written. */
const looksLikeOurs = (text: string, isOurs: IsOurs): boolean => {
  const shown = text.normalize('NFKC');
  return isOurs(withoutSeparators(shown) ?? shown);
};

/** A name in place of a number stays a name; a word such as `unknown` is no number. */
const partyOf = (address: NameAddr, numbering: Numbering, isOurs: IsOurs): Party => {
  const written = ownWords(numberOf(address.uri, numbering));
  const number = looksLikeOurs(written, isOurs) ? '' : written;
  const own = displayOf(address);
  const display = own !== undefined && looksLikeOurs(own, isOurs) ? undefined : own;
  // Networks without the name write the number once more: it is shown in its usual form instead.
  const twice = display !== undefined && number !== '' && oneForm(numbering, display) === number;
  return { number: isNoNumber(number) ? '' : number, display: twice ? undefined : display };
};

/** RFC 3323, RFC 3325, §9.1: an anonymous From, or a wish for privacy. */
export const isWithheld = (message: Headed, from: NameAddr): boolean => {
  const privacy = header(message, 'privacy');
  if (hasToken(privacy, 'id') || hasToken(privacy, 'user')) return true;
  const { uri } = from;
  return uri.kind === 'sip' && (uri.host.toLowerCase() === 'anonymous.invalid' || isWithheldWord(userOf(uri)));
};

const withheld: Party = { number: '', display: undefined };

/**
 * From a trunk: what its network asserts comes before what the caller's phone says (RFC 3325, §5), but for an extension of
 * ours: a network knows who is outside of our house, and nobody in it. No display of theirs reads as one, either.
 */
export const callerOfTrunk = (message: Headed, from: NameAddr, numbering: Numbering, isOurs: IsOurs): Party => {
  if (isWithheld(message, from)) return withheld;
  const asserted = elementsOf(header(message, 'p-asserted-identity'))
    .slice(0, mostAsserted)
    .map(parseNameAddr)
    .flatMap(address =>
      address.ok && !isOurs(userOf(address.value.uri)) ? [partyOf(address.value, numbering, isOurs)] : [],
    );
  const said = [...asserted, partyOf(from, numbering, isOurs)];
  return {
    number: said.find(({ number }) => number !== '')?.number ?? '',
    display: said.find(({ display }) => display !== undefined)?.display,
  };
};

/** An extension is who it has proved to be. */
export const callerOfExtension = (message: Headed, from: NameAddr, extension: string): Party =>
  isWithheld(message, from) ? withheld : { number: extension, display: displayOf(from) };

/** The Request-URI; undefined where it is of a kind that we do not serve (416). */
export const dialledUri = (requestUri: string): Uri | undefined => {
  const uri = parseUri(requestUri);
  if (!uri.ok || uri.value.kind === 'other') return undefined;
  return uri.value.kind === 'sip' && uri.value.scheme === 'sips' ? undefined : uri.value;
};

/** A colleague's digits are what they are: what they mean without a plus is for the dialplan to say. */
export const dialledBy = (
  options: Pick<AdmissionOptions, 'extensionExists' | 'numbering'>,
  via: IncomingCall['via'],
  uri: Uri,
): string => {
  if (via.kind === 'trunk') return numberOf(uri, options.numbering(via.name));
  const user = userOf(uri);
  return options.extensionExists(user) ? user : numberOf(uri, withoutCountry);
};
