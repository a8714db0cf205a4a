import { countryOfContext } from '../../base/numbers/country.ts';
import { type Numbering, oneForm, withoutCountry } from '../../base/numbers/oneForm.ts';
import { withoutSeparators } from '../../base/numbers/written.ts';
import { cleanText } from './clean.ts';
import { param, type Uri, unescapeUri } from './grammar.ts';

/** Octets. */
const longest = 128;

/**
 * Whom a URI names: its user part, decoded, without the parameters that some put into it (RFC 4694: `+361;npdi`), or the
 * number of a tel URI. A number has no visual separators (RFC 3966, §5.1.1). Empty where it names nobody.
 */
export const userOf = (uri: Uri): string => {
  const user = cleanText(writtenUser(uri), longest);
  return withoutSeparators(user) ?? user;
};

const writtenUser = (uri: Uri): string => {
  switch (uri.kind) {
    case 'sip':
      return unescapeUri(uri.user?.split(';', 1)[0] ?? '');
    case 'tel':
      return unescapeUri(uri.number);
    default:
      return '';
  }
};

/**
 * The number that a URI names in its one form, or `userOf` where that is no number. `numbering` says how it is meant
 * where the URI itself does not.
 */
export const numberOf = (uri: Uri, numbering: Numbering): string => {
  const user = userOf(uri);
  const context = contextOf(uri);
  return (context === undefined ? undefined : inContext(user, context)) ?? oneForm(numbering, user);
};

/**
 * RFC 3966, §5.1.5. A local number of a country is meant as in that country; the digits of a context are no prefix, but
 * where both together are a number there is no other that could be meant.
 */
const inContext = (user: string, context: string): string | undefined => {
  if (!/^[0-9]+$/.test(user)) return undefined;
  const country = countryOfContext(context);
  const numberings: readonly Numbering[] = [{ country }, { country, nationalPrefix: '' }];
  const found = [
    ...(country === undefined ? [] : numberings.map(numbering => oneForm(numbering, user))),
    joined(context, user),
  ];
  return found.find(number => number.startsWith('+'));
};

/** Only what is a number as a whole changes when it is read as dialled after an empty prefix. */
const joined = (context: string, user: string): string =>
  oneForm({ ...withoutCountry, internationalPrefix: '' }, context.slice(1) + user);

/** A global context, without separators; one that is a domain says nothing about digits. */
const contextOf = (uri: Uri): string | undefined => {
  const written =
    uri.kind === 'tel' ? param(uri.params, contextName) : uri.kind === 'sip' ? inUser(uri.user) : undefined;
  const context = withoutSeparators(unescapeUri(written ?? '').slice(0, longest));
  return context?.startsWith('+') === true ? context : undefined;
};

const contextName = 'phone-context';

const inUser = (user: string | null): string | undefined => {
  const [, ...params] = (user ?? '').slice(0, longest * 4).split(';');
  const found = params.find(one => one.toLowerCase().startsWith(`${contextName}=`));
  return found?.slice(contextName.length + 1);
};
