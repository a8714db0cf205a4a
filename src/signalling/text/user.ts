import { cleanText } from './clean.ts';
import { type Uri, unescapeUri } from './grammar.ts';

/** Octets. */
const longest = 128;

/**
 * Whom a URI names: its user part, decoded, without the parameters that some put into it (RFC 4694: `+361;npdi`), or the
 * number of a tel URI without its separators (RFC 3966, §3). Empty where it names nobody.
 */
export const userOf = (uri: Uri): string => {
  switch (uri.kind) {
    case 'sip':
      return cleanText(unescapeUri(uri.user?.split(';', 1)[0] ?? ''), longest);
    case 'tel':
      return cleanText(uri.number.replace(/[-.()]/g, ''), longest);
    default:
      return '';
  }
};
