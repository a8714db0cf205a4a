/** What colleagues dial for a number of the company: `06 1 …` and `00 36 1 …` for `+36 1 …`. */
import type { Company } from './plan.ts';

type Dialling = Pick<Company, 'dialling'>;

/** The numbers that dialled digits can mean, beginning with the digits as they are. */
export function meanings({ dialling }: Dialling, dialled: string): readonly string[] {
  if (dialling === undefined || !/^[0-9]{6,}$/.test(dialled)) return [dialled];
  const { callingCode, international, national } = dialling;
  const found = [dialled, `+${dialled}`];
  if (dialled.startsWith(international)) found.push(`+${dialled.slice(international.length)}`);
  for (const prefix of national) {
    if (dialled.startsWith(prefix)) found.push(`+${callingCode}${dialled.slice(prefix.length)}`);
  }
  return found;
}

/** The beginnings of numbers that digits are the beginning of, where a prefix leads them in. */
export function beginnings({ dialling }: Dialling, digits: string): readonly string[] {
  if (dialling === undefined || digits === '') return [];
  const { callingCode, international, national } = dialling;
  const ledIn = (prefix: string, by: string): readonly string[] => {
    if (prefix === '') return [];
    if (prefix.startsWith(digits)) return [by];
    return digits.startsWith(prefix) ? [by + digits.slice(prefix.length)] : [];
  };
  return [...ledIn(international, '+'), ...national.flatMap(prefix => ledIn(prefix, `+${callingCode}`))];
}
