/**
 * Visual separators: those of RFC 3966, §5.1.1 (`-` `.` `(` `)`), and what people write in their place: spaces of
 * any width, dashes of any length, a slash.
 */
const separators = /[ \t\u00a0\u2007\u2009\u200a\u202f()./\u2010-\u2015-]/g;

export const dropSeparators = (text: string): string => text.replace(separators, '');

/** Longer than any telephone number with all its separators; what is longer is no number. */
const longestWritten = 64;

/**
 * A telephone number without its visual separators: `+36 (1) 234-5678` is `+3612345678`; `*` and `#` of codes stay.
 * Undefined where the text is something else: a name, an address, digits of another script, nothing at all.
 */
export function withoutSeparators(text: string): string | undefined {
  if (text.length > longestWritten || isDottedAddress(text)) return undefined;
  const bare = dropSeparators(text);
  return /^\+?[0-9*#]+$/.test(bare) ? bare : undefined;
}

/** `192.0.2.1` in place of a number is the name of a device. */
const isDottedAddress = (text: string): boolean => /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(text);
