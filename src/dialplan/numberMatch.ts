import type { NumberMatch } from './plan.ts';

/** Whether a number in its one form is one of those that are meant. */
export function numberMatches(match: NumberMatch, number: string): boolean {
  switch (match.kind) {
    case 'exact':
      return number === match.number;
    case 'prefix':
      return number.startsWith(match.prefix) || (match.also !== undefined && fits(match.also, number));
    case 'pattern':
      return fits(match.pattern, number) || (match.also !== undefined && fits(match.also, number));
  }
}

/** Whether these digits are the beginning of a longer number that is meant. */
export function couldBecome(match: NumberMatch, digits: string): boolean {
  switch (match.kind) {
    case 'exact':
      return match.number.length > digits.length && match.number.startsWith(digits);
    case 'prefix':
    case 'pattern':
      return begins(matchText(match), digits) || (match.also !== undefined && begins(match.also, digits));
  }
}

function begins(pattern: string, digits: string): boolean {
  const open = pattern.endsWith('*');
  const length = open ? pattern.length - 1 : pattern.length;
  if (digits.length >= length) return open && fits(pattern, digits);
  return fits(pattern.slice(0, digits.length), digits);
}

function fits(pattern: string, number: string): boolean {
  const open = pattern.endsWith('*');
  const length = open ? pattern.length - 1 : pattern.length;
  if (open ? number.length < length : number.length !== length) return false;
  for (let i = 0; i < length; i++) {
    const [wanted, found] = [pattern[i], number[i] ?? ''];
    if (wanted === 'x' ? found < '0' || found > '9' : wanted !== found) return false;
  }
  return true;
}

/** As it would be written in a dialplan, without spaces. */
export function matchText(match: NumberMatch): string {
  switch (match.kind) {
    case 'exact':
      return match.number;
    case 'prefix':
      return `${match.prefix}*`;
    case 'pattern':
      return match.pattern;
  }
}

/** How much it tells of a number: an exact one goes before a pattern, and more digits before fewer. */
export const telling = (match: NumberMatch): number =>
  match.kind === 'exact'
    ? 1_000
    : matchText(match).replace(/[x*]/g, '').length * 2 + (match.kind === 'pattern' ? 1 : 0);
