/** What libphonenumber's metadata say of a country's numbers, and which country a time zone belongs to. */
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  Metadata,
} from 'libphonenumber-js/min';

/** ISO 3166-1, two letters: `HU`. */
export type Country = CountryCode;

export const isCountry = (text: string): text is Country => /^[A-Z]{2}$/.test(text) && isSupportedCountry(text);

export const countries: readonly string[] = getCountries();

/** What is dialled in a country before the number itself. */
export interface DialledPrefixes {
  /** Of the country, without its plus: `36`. */
  readonly callingCode: string;
  /** Before the calling code of any country: `00`, `011`, `810`. */
  readonly international: string;
  /** Before a number of the country: `06`, `0`, `8`. Empty: nothing; both may be usual. */
  readonly national: readonly string[];
}

const known = new Map<Country, DialledPrefixes>();

export function dialledIn(country: Country): DialledPrefixes {
  const prefixes = known.get(country) ?? prefixesOf(country);
  known.set(country, prefixes);
  return prefixes;
}

function prefixesOf(country: Country): DialledPrefixes {
  const plan = planOf(country);
  const callingCode = getCountryCallingCode(country);
  const prefix = textOf(plan.nationalPrefix());
  const international = [plan.defaultIDDPrefix(), plan.IDDPrefix()].map(textOf).find(text => /^[0-9~]+$/.test(text));
  return {
    callingCode,
    international: international?.replace('~', '') ?? '00',
    // In the North American plan the 1 is dialled and left out alike.
    national: prefix === '' ? [''] : callingCode === '1' ? [prefix, ''] : [prefix],
  };
}

/** What is empty in the metadata may be a 0. */
interface NumberingPlan {
  nationalPrefix(): unknown;
  /** A regular expression. */
  IDDPrefix(): unknown;
  defaultIDDPrefix(): unknown;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function planOf(country: Country): NumberingPlan {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  // The typings do not have all of it.
  return metadata.numberingPlan as unknown as NumberingPlan;
}

/** Whether a plan's numbers are dialled without any prefix: always (Italy, Spain), or as often as not (North America). */
export const dialledBare = (country: Country): boolean => dialledIn(country).national.includes('');

/** The country whose calling code a global number, or the beginning of one, has: `+36`, `+361`. */
export const countryOfContext = (context: string): Country | undefined =>
  countries.filter(isCountry).find(country => context.startsWith(`+${getCountryCallingCode(country)}`));

/**
 * The country of a time zone of the IANA list, by the data of the platform; undefined for those of none (`UTC`).
 * `languages`: those that are spoken there, which only make it quicker.
 */
export function countryOfZone(timezone: string, languages: readonly string[] = []): Country | undefined {
  if (!timezone.includes('/')) return undefined;
  if (!zones.has(timezone)) zones.set(timezone, lookUpZone(timezone, languages));
  return zones.get(timezone);
}

/** To go through all countries takes a tenth of a second. */
const zones = new Map<string, Country | undefined>();

function lookUpZone(timezone: string, languages: readonly string[]): Country | undefined {
  const zone = canonicalZone(timezone);
  const likely = languages.map(language => new Intl.Locale(language).maximize().region ?? '');
  return [...likely, ...countries].filter(isCountry).find(country => zonesOf(country).includes(zone));
}

const canonicalZone = (timezone: string): string => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
  } catch {
    return timezone;
  }
};

/** Node 20 has the older of the two, as a property. */
interface ZonedLocale {
  readonly timeZones?: readonly string[];
  getTimeZones?(): readonly string[];
}

function zonesOf(country: Country): readonly string[] {
  const locale = new Intl.Locale('und', { region: country }) as unknown as ZonedLocale;
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}
