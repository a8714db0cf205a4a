/** Names as the keys of a telephone spell them (ITU-T E.161; Cyrillic as telephones there have it). */

const keys: readonly (readonly [string, string])[] = [
  ['2', 'abcабвг'],
  ['3', 'defдежз'],
  ['4', 'ghiийкл'],
  ['5', 'jklмноп'],
  ['6', 'mnoрсту'],
  ['7', 'pqrsфхцч'],
  ['8', 'tuvшщъы'],
  ['9', 'wxyzьэюя'],
];

const keyOf = new Map(keys.flatMap(([key, letters]) => [...letters].map(letter => [letter, key] as const)));
/** Letters that are no other letter with a mark on it. */
const others: Readonly<Record<string, string>> = {
  ß: 'ss',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  æ: 'ae',
  œ: 'oe',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

export const shortestSpelling = 3;
const longestSpelling = 10;

/** What a caller may key for a name: each of its words, and all of them from the first or the last on. */
export function spellings(name: string): readonly string[] {
  const words = name
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[ßłøđæœðþı]/g, letter => others[letter] ?? '')
    .split(/[^\p{L}]+/u)
    .map(word => [...word].map(letter => keyOf.get(letter) ?? '').join(''))
    .filter(word => word !== '');
  const whole = [...words, words.join(''), [...words].reverse().join('')];
  return [...new Set(whole.map(digits => digits.slice(0, longestSpelling)))].filter(
    digits => digits.length >= shortestSpelling,
  );
}

export interface Named {
  readonly number: string;
  readonly name: string;
}

export interface Spelled {
  /** Every beginning, from three keys on, that is of one extension alone; and every name that nobody else has whole. */
  readonly names: ReadonlyMap<string, string>;
  /** Pairs of extensions of which the second cannot be told from the first by any keys. */
  readonly alike: readonly (readonly [Named, Named])[];
}

export function spell(people: readonly Named[]): Spelled {
  const beginnings = new Map<string, Named | 'several'>();
  const wholes = new Map<string, Named | 'several'>();
  const claim = (owners: typeof wholes, digits: string, person: Named): void => {
    const owner = owners.get(digits);
    owners.set(digits, owner === undefined || owner === person ? person : 'several');
  };
  for (const person of people) {
    for (const spelling of spellings(person.name)) {
      claim(wholes, spelling, person);
      for (let length = shortestSpelling; length <= spelling.length; length++) {
        claim(beginnings, spelling.slice(0, length), person);
      }
    }
  }
  const names = new Map<string, string>();
  for (const owners of [beginnings, wholes]) {
    for (const [digits, owner] of owners) if (owner !== 'several') names.set(digits, owner.number);
  }
  const reached = new Set(names.values());
  const first = new Map<string, Named>();
  const alike: (readonly [Named, Named])[] = [];
  for (const person of people) {
    const key = [...spellings(person.name)].sort().join();
    const other = first.get(key);
    if (other === undefined) first.set(key, person);
    else if (!reached.has(person.number)) alike.push([other, person]);
  }
  return { names, alike };
}
