/** Header fields that our messages have in common. */

import { header } from '../drachtio/message.ts';
import type { SrfHeaders } from '../drachtio/srf.ts';
import type { HangUp, Party } from '../port.ts';
import { cleanText } from '../text/clean.ts';
import { escapeUser, parseNameAddr, quote } from '../text/grammar.ts';

/** What can be sent to us. */
export const allow = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY';
/**
 * Option tags (RFC 3891, RFC 4028, RFC 4488). 100rel is not among them: the description of a 183 of ours is that of the
 * 200 after it, so that one that is lost costs an announcement.
 */
export const supported = 'replaces, timer, norefersub';
const understood = new Set(['replaces', 'timer', 'norefersub', '100rel']);

/** RFC 6665, §8.3.2: with a 489. The package of REFER is the only one, and its subscriptions are made by REFER alone. */
export const eventPackages: Record<string, string> = { 'Allow-Events': 'refer' };

export const abilities: Record<string, string> = { Allow: allow, Supported: supported };

const optionTag = /^[\w\-.!%*+`'~]{1,64}$/;
const mostNamed = 10;

/** The header fields of the 420 to a request that requires what we do not have; undefined where we have all of it. */
export const unsupportedOptions = (
  require: string | undefined,
  besides: ReadonlySet<string> = new Set(),
): Record<string, string> | undefined => {
  if (require === undefined) return undefined;
  const tags = require.split(',').map(one => one.trim());
  const missing = tags.filter(
    one => one !== '' && !understood.has(one.toLowerCase()) && !besides.has(one.toLowerCase()),
  );
  if (missing.length === 0) return undefined;
  // What is no option tag is not repeated to anybody.
  const named = missing.filter(one => optionTag.test(one)).slice(0, mostNamed);
  return named.length === 0 ? {} : { Unsupported: named.join(', ') };
};

/**
 * Octets: drachtio-server takes 255 of a From whose host it fills in, and what is longer it cuts in the middle. The
 * number is escaped, which can treble it.
 */
const longestDisplay = 120;
const longestNumber = 32;

/** Stands for whatever address the server sends from. Only outside of dialogs: within, drachtio-server fills in nothing. */
const anyHost = 'localhost';

/** Our side of a dialog, from the Contact that the server has given it: `host:port`. */
export const contactHost = (message: Headed): string => hostIn(message, 'contact');

/** Our side of a call that was answered by a response, from the To that the server had filled in: `host:port`. */
export const calledHost = (message: Headed): string => hostIn(message, 'to');

interface Headed {
  readonly headers: SrfHeaders;
}

const hostIn = (message: Headed, field: 'contact' | 'to'): string => {
  const address = parseNameAddr(header(message, field) ?? '');
  if (!address.ok || address.value.uri.kind !== 'sip') return anyHost;
  const { host, port } = address.value.uri;
  return port === null ? host : `${host}:${port}`;
};

/** Without its tag. */
export const fromField = (party: Party): string => {
  const number = cleanText(party.number, longestNumber);
  if (number === '') return '"Anonymous" <sip:anonymous@anonymous.invalid>';
  return nameAddress(party.display, number);
};

/** Of a recall: its display is ours, and says why it rings where the number is withheld, too (R5). */
export const recallFromField = (party: Party): string =>
  cleanText(party.number, longestNumber) === ''
    ? nameAddress(party.display, 'anonymous', 'anonymous.invalid')
    : fromField(party);

/** RFC 3325; none where the number is withheld. */
export const identityFields = (party: Party, host = anyHost): Record<string, string> => {
  const number = cleanText(party.number, longestNumber);
  if (number !== '') return { 'P-Asserted-Identity': nameAddress(party.display, number, host) };
  // What comes back to an operator says why, though its number is withheld.
  return party.ours !== true
    ? { Privacy: 'id' }
    : { 'P-Asserted-Identity': nameAddress(party.display, 'anonymous', 'anonymous.invalid') };
};

export const nameAddress = (display: string | undefined, number: string, host = anyHost): string => {
  const name = cleanText(display ?? '', longestDisplay);
  const address = `<sip:${escapeUser(number)}@${host}>`;
  if (name === '') return address;
  const quoted = quote(name);
  // Escapes can double a name; one that does so is no name.
  return `${quoted.length > name.length + 20 ? quote(cleanText(name, longestDisplay / 2)) : quoted} ${address}`;
};

/** RFC 3326. */
export const reasonField = (protocol: 'SIP' | 'Q.850', cause: number, text: string | undefined): string => {
  const clean = cleanText(text ?? '', 120);
  return clean === '' ? `${protocol};cause=${cause}` : `${protocol};cause=${cause};text=${quote(clean)}`;
};

/** RFC 3261, §20.43; the agent is a pseudonym, as the address is none of theirs. */
export const warningField = (code: number, text: string): string => `${code} kozpont ${quote(cleanText(text, 200))}`;

/** Q.850 causes for what a description lacks: bearer capability, service, or incompatible destination. */
const causeOf = (warning: number): number => (warning === 305 ? 65 : warning === 304 ? 79 : 88);

/** With a 488: what is wrong with a description. Empty where that is not known. */
export const notAcceptable = (warning: number | undefined, text: string): Record<string, string> =>
  warning === undefined
    ? {}
    : { Warning: warningField(warning, text), Reason: reasonField('Q.850', causeOf(warning), undefined) };

/** With a 415: what we take, and that it was the body. */
export const unsupportedBody = (types = 'application/sdp'): Record<string, string> => ({
  Accept: types,
  'Accept-Encoding': 'identity',
  Warning: warningField(399, 'the body has a type or an encoding that is not understood'),
  Reason: reasonField('Q.850', 79, undefined),
});

/** Of a BYE or a CANCEL. */
export const endFields = (end: HangUp): Record<string, string> => {
  if (end.cause !== undefined) return { Reason: reasonField('Q.850', end.cause, end.text) };
  if (end.status !== undefined) return { Reason: reasonField('SIP', end.status, end.text) };
  return {};
};
