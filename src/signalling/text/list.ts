import { splitList } from './grammar.ts';

/** The elements of a list that drachtio-srf hands over as one text (RFC 3261, §7.3.1); empty ones are left out. */
export const elementsOf = (value: string | undefined): string[] => {
  if (value === undefined) return [];
  return splitList(value)
    .map(element => element.trim())
    .filter(element => element !== '');
};

/** Whether a list of tokens (Supported, Require, Allow, Privacy) has that one, whatever the case. */
export const hasToken = (value: string | undefined, token: string): boolean =>
  (value ?? '').split(/[,;]/).some(one => one.trim().toLowerCase() === token);
