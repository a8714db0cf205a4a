/**
 * One form for each telephone number: E.164 with its plus where it can be told, whatever way it is written. Short
 * codes, extensions and names stay what they are.
 */
import parsePhoneNumber from 'libphonenumber-js/min';
import { type Country, dialledBare, dialledIn } from './country.ts';
import { withoutSeparators } from './written.ts';

/** How numbers without a plus are meant. */
export interface Numbering {
  /** Undefined: such a number stays what it is. */
  readonly country?: Country | undefined;
  /** Before a number of the country, in place of what is usual there; empty: nothing. */
  readonly nationalPrefix?: string | undefined;
  /** Before the calling code of any country, in place of what is usual there; empty: nothing. */
  readonly internationalPrefix?: string | undefined;
}

/** Only a plus says which country a number is of. */
export const withoutCountry: Numbering = {};

/** E.164 has at most fifteen digits; prefixes and codes of carriers come before them. */
const longestNumber = 24;

/**
 * `+36 (1) 234-5678`, and in Hungary `06 1 234 5678`, `0036 1 234 5678` and `3612345678`, are all `+3612345678`. What
 * is no telephone number comes back as it is, a short number without its separators. Idempotent.
 */
export function oneForm(numbering: Numbering, text: string): string {
  const bare = withoutSeparators(text);
  if (bare === undefined) return text;
  if (bare.length > longestNumber || bare.includes('*') || bare.includes('#')) return bare;
  if (bare.startsWith('+')) return valid(bare) ?? bare;
  return withPlus(numbering, bare) ?? bare;
}

function withPlus(numbering: Numbering, digits: string): string | undefined {
  return international(numbering, digits) ?? national(numbering, digits);
}

function international({ country, internationalPrefix }: Numbering, digits: string): string | undefined {
  if (internationalPrefix === '') return digits.length < shortestBare ? undefined : valid(`+${digits}`);
  for (const prefix of internationalPrefix === undefined ? usualPrefixes(country) : [internationalPrefix]) {
    const number = digits.startsWith(prefix) ? wholeAbroad(`+${digits.slice(prefix.length)}`) : undefined;
    if (number !== undefined) return number;
  }
  return undefined;
}

/** 00 is what ITU-T recommends (E.164, annex); no number of a country begins so, and networks send it anywhere. */
const usualPrefixes = (country: Country | undefined): readonly string[] =>
  country === undefined ? ['00'] : [dialledIn(country).international, '00'];

/** With its calling code and no plus, a shorter one is rather an extension. Digits. */
const shortestBare = 8;

function national({ country, nationalPrefix }: Numbering, digits: string): string | undefined {
  if (country === undefined) return undefined;
  const { callingCode } = dialledIn(country);
  if (nationalPrefix !== undefined && digits.startsWith(nationalPrefix)) {
    const number = (nationalPrefix === '' ? valid : whole)(`+${callingCode}${digits.slice(nationalPrefix.length)}`);
    if (number !== undefined) return number;
  }
  // The library takes off the prefix of the country, carriers' codes and prefixes of other countries' networks.
  const found = parsePhoneNumber(digits, { defaultCountry: country, extract: false });
  const rest = found?.nationalNumber;
  const bare = rest === digits;
  const prefixed = !bare && digits !== `${found?.countryCallingCode}${rest}`;
  const usual = bare ? dialledBare(country) : prefixed && nationalPrefix === undefined;
  if (found !== undefined && usual) {
    const number = (bare ? valid : whole)(found.number);
    if (number !== undefined) return number;
  }
  const named = digits.startsWith(callingCode) && digits.length >= shortestBare;
  return named ? valid(`+${digits}`) : undefined;
}

/**
 * The number as its country's plan has it: without a national prefix that somebody left in it (`+36 06 1`). Undefined
 * where no plan has such a number.
 */
function valid(e164: string): string | undefined {
  const found = parsePhoneNumber(e164, { extract: false });
  if (found === undefined || !found.isValid()) return undefined;
  if (found.number === e164) return e164;
  return parsePhoneNumber(found.number, { extract: false })?.number === found.number ? found.number : undefined;
}

/** Behind a national prefix the length is enough: plans grow, and the metadata follow. */
function whole(e164: string): string | undefined {
  const found = parsePhoneNumber(e164, { extract: false });
  return valid(e164) ?? (found?.isPossible() === true && found.number === e164 ? e164 : undefined);
}

/** Behind an international prefix nothing but a number of some country is meant. */
function wholeAbroad(e164: string): string | undefined {
  const known = /^\+[0-9]{8,15}$/.test(e164) && parsePhoneNumber(e164, { extract: false })?.number === e164;
  return valid(e164) ?? (known ? e164 : undefined);
}
