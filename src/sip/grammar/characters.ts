/** Classes of ASCII characters (RFC 3261, §25.1), one bit each: a look-up a character, whatever the text. */
export const TOKEN = 1;
export const DIGIT = 2;
/** unreserved / user-unreserved, and `#`, which phones send unescaped in feature codes. */
export const USER = 4;
export const PASSWORD = 8;
/** hostname, and `_`, which container names have. */
export const HOST = 16;
/** paramchar, and `=` and `@`, which some put into values unescaped. */
export const URI_PARAM = 32;
/** hnv-unreserved / unreserved, and `;=,@#`: phones forget to escape the Replaces of a Refer-To. */
export const URI_HEADER = 64;
/** The value of a header parameter: token or host by the grammar; here, whatever cannot be taken for a separator. */
export const PARAM_VALUE = 128;

const classes = new Uint8Array(128);
const add = (bit: number, characters: string): void => {
  for (const character of characters) {
    const code = character.charCodeAt(0);
    classes[code] = (classes[code] ?? 0) | bit;
  }
};

const digits = '0123456789';
const alphanumeric = `${digits}abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ`;
const unreserved = `${alphanumeric}-_.!~*'()`;
add(TOKEN, `${alphanumeric}-.!%*_+\`'~`);
add(DIGIT, digits);
add(USER, `${unreserved}&=+$,;?/#`);
add(PASSWORD, `${unreserved}&=+$,`);
add(HOST, `${alphanumeric}-_.`);
add(URI_PARAM, `${unreserved}[]/:&+$=@`);
add(URI_HEADER, `${unreserved}[]/?:+$;=,@#`);
add(PARAM_VALUE, `${unreserved}%+\`[]{}/:@=&$#?|^`);

export const isOf = (bit: number, code: number): boolean => code < 128 && ((classes[code] as number) & bit) !== 0;

export const SPACE = 0x20;
export const TAB = 0x09;
export const isSpace = (code: number): boolean => code === SPACE || code === TAB;

/** Every character is of the class, and there is one. */
export function consistsOf(bit: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isOf(bit, text.charCodeAt(i))) return false;
  return text.length > 0;
}

export const isToken = (text: string): boolean => consistsOf(TOKEN, text);

const isHex = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

/** Whether `%hh` stands at `at`. */
export const isEscape = (text: string, at: number): boolean =>
  at + 2 < text.length && isHex(text.charCodeAt(at + 1)) && isHex(text.charCodeAt(at + 2));

/**
 * Where a character stands between `from` and `to` that no header field may carry, or −1. Control characters are allowed
 * only behind a backslash (quoted-pair), CR and LF not even there: what passes here cannot end a line.
 */
export function forbiddenAt(text: string, from = 0, to = text.length): number {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) {
      const next = i + 1 < to ? text.charCodeAt(i + 1) : 0x0a;
      if (next !== 0x0a && next !== 0x0d) i++;
    } else if ((code < SPACE && code !== TAB) || code === 0x7f) {
      return i;
    }
  }
  return -1;
}

/** Spaces and tabs alone: `String.trim` takes more than SIP calls white space. */
export function trimmed(text: string, from = 0, to = text.length): string {
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
