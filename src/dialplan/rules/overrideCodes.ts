import { finding } from '../catalogue.ts';
import { readNumber } from '../grammar/words.ts';
import { matchText } from '../numberMatch.ts';
import { present } from '../outline/edges.ts';
import { overridesIn } from '../outline/overrides.ts';
import { numbersOfCode } from '../override.ts';
import type { Rule } from './rule.ts';

/**
 * The code of a calendar takes up several numbers among those that colleagues dial. A feature code is keyed within a
 * call, and may begin alike; the same code for two things would be a trap for the hand.
 */
export const overrideCodes: Rule = {
  codes: ['OVERRIDE_CODE_CLASH'],
  *check({ draft, at }) {
    const { blindTransfer, attendedTransfer, cancelTransfer } = draft.features ?? {};
    const taken = new Map<string, string>();
    for (const [name, code] of present({ blindTransfer, attendedTransfer, cancelTransfer })) {
      taken.set(code, `the code features.${name}`);
    }
    for (const [written] of present(draft.numbers)) {
      const number = readNumber(written);
      if (number.ok && number.value.match.kind === 'exact')
        taken.set(matchText(number.value.match), `the number ${written}`);
    }
    for (const [number] of present(draft.internalNumbers)) taken.set(number, `the internal number ${number}`);
    for (const [number] of present(draft.extensions)) taken.set(number, `the extension ${number}`);
    for (const { calendar, code, codePath } of overridesIn(draft)) {
      if (code === undefined) continue;
      const numbers = numbersOfCode(code);
      const clash = numbers.find(([number]) => taken.has(number));
      if (clash !== undefined) {
        const [number] = clash;
        const what = number === code ? number : `${code} with one more key, ${number},`;
        yield finding('OVERRIDE_CODE_CLASH', at(codePath), `${what} is ${taken.get(number)} already`);
      }
      for (const [number] of numbers) taken.set(number, `a code of the calendar ${calendar}`);
    }
  },
};
