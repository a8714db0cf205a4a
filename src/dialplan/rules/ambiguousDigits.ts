import { showDuration } from '../../base/yaml/duration.ts';
import { finding } from '../catalogue.ts';
import { present } from '../outline/edges.ts';
import type { Rule } from './rule.ts';

/** Digits that are also the beginning of longer ones are acted on after a wait only (`#` ends it). */
export const ambiguousDigits: Rule = {
  codes: ['AMBIGUOUS_DIGITS', 'SHADOWED_EXTENSION'],
  *check({ draft, atKey }) {
    const extensions = present(draft.extensions).flatMap(([number, { directDial }]) =>
      directDial === false ? [] : [number],
    );
    const menus = present(draft.menus);
    if (menus.some(([, menu]) => menu.directDial === true)) {
      for (const [shorter, longer] of beginnings(extensions)) {
        const message = `the extension ${shorter} is also the beginning of ${longer}: who dials it in a menu waits`;
        yield finding('AMBIGUOUS_DIGITS', atKey(['extensions', shorter]), message, remedy);
      }
    }
    const known = new Set(extensions);
    const longerOnes = byBeginning(extensions);
    for (const [name, menu] of menus) {
      const keys = present(menu.keys).map(([digits]) => digits);
      const wait = menu.interDigit === undefined ? 'a while' : showDuration(menu.interDigit);
      const within = beginnings(keys);
      for (const digits of keys) {
        const place = atKey(['menus', name, 'keys', digits]);
        const longerKey = within.get(digits);
        const longerExtension = menu.directDial === true ? longerOnes.get(digits) : undefined;
        const longer = longerKey ?? longerExtension;
        if (longer !== undefined) {
          const what = longerKey === undefined ? `the extension ${longer}` : `the key ${longer}`;
          yield finding(
            'AMBIGUOUS_DIGITS',
            place,
            `${digits} is also the beginning of ${what}: who presses it waits ${wait}`,
          );
        }
        if (menu.directDial === true && known.has(digits)) {
          yield finding(
            'SHADOWED_EXTENSION',
            place,
            `${digits} is an extension too, which cannot be dialled in this menu`,
          );
        }
      }
    }
  },
};

const remedy = 'choose numbers of which none begins like another, or give it directDial: false';

/** Of each that is the beginning of another: the shortest such other. */
function beginnings(all: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const longer = byBeginning(all);
  for (const digits of all) {
    const other = longer.get(digits);
    if (other !== undefined) found.set(digits, other);
  }
  return found;
}

/** Every proper beginning of the numbers, with the shortest number that begins so. */
function byBeginning(numbers: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const number of [...numbers].sort((a, b) => a.length - b.length)) {
    for (let length = 1; length < number.length; length++) {
      const beginning = number.slice(0, length);
      if (!found.has(beginning)) found.set(beginning, number);
    }
  }
  return found;
}
