/**
 * The elements of a list that drachtio-srf hands over as one text (RFC 3261, §7.3.1): commas within quotes and within
 * angle brackets do not count. Empty elements are left out.
 */
export const splitList = (value: string): string[] => {
  if (!value.includes(',')) return value.trim() === '' ? [] : [value.trim()];
  const elements: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  const take = (end: number): void => {
    const element = value.slice(start, end).trim();
    if (element !== '') elements.push(element);
    start = end + 1;
  };
  for (let i = 0; i < value.length; i++) {
    const character = value[i];
    if (quoted) {
      if (character === '\\') i++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '<') bracketed = true;
    else if (character === '>') bracketed = false;
    else if (character === ',' && !bracketed) take(i);
  }
  take(value.length);
  return elements;
};

/** Whether a list of tokens (Supported, Require, Allow, Privacy) has that one, whatever the case. */
export const hasToken = (value: string | undefined, token: string): boolean =>
  (value ?? '').split(/[,;]/).some(one => one.trim().toLowerCase() === token);
