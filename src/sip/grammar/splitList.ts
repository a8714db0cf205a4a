import { trimmed } from './characters.ts';
import { endOfComment, endOfQuoted } from './delimited.ts';

/**
 * The elements of a comma-separated list (RFC 3261, §7.3.1), trimmed. Commas in quoted strings, angle brackets and
 * comments separate nothing; one of these that does not end takes the rest of the text, but for an opening parenthesis,
 * which URIs have as well: without its match it is like any other character.
 */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return [value];
  const elements: string[] = [];
  let start = 0;
  let comments = true;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0x2c) {
      elements.push(trimmed(value, start, at));
      start = at + 1;
    } else if (code === 0x22) {
      const end = endOfQuoted(value, at);
      at = end === -1 ? value.length : end - 1;
    } else if (code === 0x3c) {
      const end = value.indexOf('>', at);
      at = end === -1 ? value.length : end;
    } else if (code === 0x28 && comments) {
      const end = endOfComment(value, at);
      if (end === -1) comments = false;
      else at = end - 1;
    }
  }
  elements.push(trimmed(value, start));
  return elements;
}
