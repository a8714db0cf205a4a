import type { Hearing } from '../../phone/hearing/hearing.ts';

/** Who takes part, each with a tone of their own in hertz, by which the others are known to hear them. */
export interface Person {
  readonly name: string;
  readonly user: string;
  readonly tone: number;
}

export const caller: Person = { name: 'Éva Kiss', user: '+36201112233', tone: 700 };
export const reception: Person = { name: 'Reception', user: '10', tone: 1000 };
export const anna: Person = { name: 'Anna Kovács', user: '101', tone: 1300 };
export const peter: Person = { name: 'Péter Nagy', user: '102', tone: 1600 };

export const people: readonly Person[] = [caller, reception, anna, peter];
export const tones: readonly number[] = people.map(({ tone }) => tone);

/** Names of sounds that are played, as the phones recognise them. */
export const greeting: Hearing = 'the greeting';
export const music: Hearing = 'music';

export const toneOf = ({ tone }: Person): Hearing => `${tone} Hz`;

/** What a phone heard, in words; undefined: not worth a line. */
export function inWords(what: Hearing, spoken: string): string | undefined {
  if (what === greeting) return `hears the greeting: “${spoken}”`;
  if (what === music) return 'hears music on hold';
  if (what === 'silence' || what === 'nothing') return undefined;
  const person = people.find(each => toneOf(each) === what);
  return person === undefined ? `hears ${what}` : `hears ${person.name} (the tone of ${person.tone} Hz)`;
}
