/** The small notations of the grammar: names, texts, digits, languages. Each reads one text. */
import { type Country, isCountry } from '../../base/numbers/country.ts';
import { dropSeparators } from '../../base/numbers/written.ts';
import { ok } from '../../base/result.ts';
import { closest } from '../../base/yaml/closest.ts';
import { type HolidayPlace, troubleWith } from '../calendar/holidays.ts';
import type { NumberMatch } from '../plan.ts';
import { fault, pattern, quoted, type Reading } from './scalar.ts';

export const namePattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
export const digitsPattern = /^[0-9*#]{1,10}$/;

export const readName = pattern(namePattern, 'BAD_NAME', 'a name');

export const readExtension = pattern(digitsPattern, 'BAD_EXTENSION', 'the number of an extension');

/** What a caller can press in a menu, or a code on the keypad. */
export const readDigits = pattern(digitsPattern, 'BAD_DIGITS', 'keys of a telephone');

const invisible = /[\p{Cc}\u200b\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/u;

/** One line to be shown or spoken: white space is evened out, so that it may be folded over lines in the file. */
const readLine =
  (longest: number) =>
  (text: string): Reading<string> => {
    const line = text.replace(/[ \t\r\n]+/g, ' ').trim();
    if (line === '') return fault('BAD_TEXT', 'is empty');
    if (line.length > longest) return fault('BAD_TEXT', `is longer than ${longest} characters`);
    if (invisible.test(line)) return fault('BAD_TEXT', 'has control characters in it', 'delete them');
    return ok(line);
  };

/** The name of a company or of a person, as a display shows it. */
export const readTitle = readLine(100);
/** What is spoken. */
export const readSpoken = readLine(4000);

export const languagePattern = /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/;

export function readLanguage(text: string): Reading<string> {
  const wrong = fault('BAD_LANGUAGE', `must be a language in lower case, such as en or pt-br, not ${quoted(text)}`);
  const lower = text.toLowerCase().replaceAll('_', '-');
  if (!languagePattern.test(text) && languagePattern.test(lower)) {
    return fault('BAD_LANGUAGE', `must be a language in lower case, not ${quoted(text)}`, `write ${lower}`);
  }
  if (!languagePattern.test(text)) return wrong;
  try {
    Intl.getCanonicalLocales(text);
    return ok(text);
  } catch {
    return wrong;
  }
}

/** The language of a text. Within braces, a text with a comma in it ends there, and its rest becomes a key. */
export const readTextLanguage = (text: string): Reading<string> =>
  /[^A-Za-z0-9-]/.test(text)
    ? fault(
        'BAD_LANGUAGE',
        `must be a language, not ${quoted(text)}`,
        'within { }, put a text with a comma in it in quotes',
      )
    : readLanguage(text);

/** A place whose public holidays are known. */
export function readPlace(text: string): Reading<HolidayPlace> {
  const trouble = troubleWith(text);
  if (trouble === undefined) return ok(text);
  if (trouble.kind === 'noCountry') {
    const remedy = 'write its two letters (ISO 3166), and a region after them where it matters: HU, DE-BY, GB-ENG';
    return fault('WRONG_VALUE', `names no country whose holidays are known: ${quoted(text)}`, remedy);
  }
  const { of, regions } = trouble;
  const remedy = regions.length === 0 ? `write ${of} alone` : `of ${of} there are ${regions.join(', ')}`;
  return fault('WRONG_VALUE', `names no region of ${of} whose holidays are known: ${quoted(text)}`, remedy);
}

export function readTimezone(text: string): Reading<string> {
  if (/^[A-Za-z][A-Za-z0-9_+-]{0,31}(\/[A-Za-z0-9_+-]{1,31}){0,2}$/.test(text)) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: text });
      return ok(text);
    } catch {
      // Not on the list.
    }
  }
  const near = text.length <= 64 ? closest(text, Intl.supportedValuesOf('timeZone')) : undefined;
  return fault(
    'BAD_TIMEZONE',
    `must be a time zone of the IANA list, not ${quoted(text)}`,
    near === undefined ? undefined : `did you mean ${near}?`,
  );
}

export const countryPattern = '^[A-Z]{2}$';

/** A country whose way of dialling is known. */
export function readCountry(text: string): Reading<Country> {
  if (isCountry(text)) return ok(text);
  const upper = text.toUpperCase();
  const remedy = isCountry(upper) ? `write ${upper}` : 'write its two letters (ISO 3166): HU, AT, GB';
  return fault('WRONG_VALUE', `must be a country, not ${quoted(text)}`, remedy);
}

/** A number of ours as it is written. */
export interface WrittenNumber {
  readonly match: NumberMatch;
  /** After an `@`: only calls that this trunk brings. */
  readonly trunk?: string;
}

const trunkName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Separators are for the eye; `x` stands for any digit, and a `*` at the end for any more of them. */
export function readNumber(text: string): Reading<WrittenNumber> {
  const wrong = fault('BAD_NUMBER', `must be a telephone number, not ${quoted(text)}`);
  const [number = '', trunk, ...more] = text.split('@');
  if (more.length > 0) return wrong;
  const match = readMatch(number);
  if (match === undefined) return wrong;
  if (trunk === undefined) return ok({ match });
  const name = trunk.trim();
  return trunkName.test(name) ? ok({ match, trunk: name }) : wrong;
}

/** The number of a caller, or several by a pattern. */
export function readCaller(text: string): Reading<NumberMatch | { readonly kind: 'anonymous' }> {
  if (text === 'anonymous') return ok({ kind: 'anonymous' });
  const match = readMatch(text);
  return match === undefined
    ? fault('BAD_NUMBER', `must be a number of callers or anonymous, not ${quoted(text)}`)
    : ok(match);
}

function readMatch(text: string): NumberMatch | undefined {
  const bare = dropSeparators(text);
  if (bare === '*') return { kind: 'prefix', prefix: '' };
  if (bare === '+*') return { kind: 'prefix', prefix: '+' };
  if (!/^\+?[0-9][0-9x]{0,31}\*?$/.test(bare)) return undefined;
  const prefix = /^[+0-9]*/.exec(bare)?.[0] ?? '';
  if (bare.includes('x')) return { kind: 'pattern', pattern: bare, prefix };
  return bare.endsWith('*') ? { kind: 'prefix', prefix } : { kind: 'exact', number: bare };
}

const user = "[A-Za-z0-9_.!~*'()%&=+$,;?/-]{1,64}";
const host = '(\\[[0-9A-Fa-f:.]{2,45}\\]|[A-Za-z0-9.-]{1,253})';
const parameters = '(?:;[A-Za-z0-9._~-]{1,32}(?:=[A-Za-z0-9._~-]{1,64})?){0,8}';
const sipUri = new RegExp(`^sip:(?:${user}@)?${host}(?::([0-9]{1,5}))?${parameters}$`);

/** A SIP URI without a password, without headers (RFC 3261, 19.1.1). */
export function readContact(text: string): Reading<string> {
  const wrong = (why: string) => fault('BAD_CONTACT', `must be a SIP URI: ${why}`);
  if (text.length > 512) return wrong('this is too long');
  if (/^sips:/i.test(text)) return wrong('sips is not spoken yet');
  if (/^sip:[^@:]*:[^@]*@/.test(text)) return wrong('a password does not belong into a dialplan');
  const match = sipUri.exec(text);
  if (match === null) return wrong(`${quoted(text)} is none`);
  const [, hostPart = '', port] = match;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return wrong(`there is no port ${port}`);
  if (!URL.canParse(`http://${hostPart}/`)) return wrong(`there can be no host ${hostPart}`);
  return ok(text);
}
