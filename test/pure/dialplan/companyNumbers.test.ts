import { describe, expect, test } from 'vitest';
import { oneForm } from '../../../src/base/numbers/oneForm.ts';
import { couldGoOn, whereDialled } from '../../../src/call/flow/whereDialled.ts';
import { routeForCaller } from '../../../src/dialplan/callers.ts';
import { matchInOneForm } from '../../../src/dialplan/companyNumbers.ts';
import { readNumber } from '../../../src/dialplan/grammar/words.ts';
import { compileDialplan, numberFor } from '../../../src/dialplan/index.ts';
import { nearMatch } from '../../../src/dialplan/nearMatch.ts';
import { matchText } from '../../../src/dialplan/numberMatch.ts';
import type { Dialplan } from '../../../src/dialplan/plan.ts';
import { must } from '../../support/must.ts';

const planWith = (company: string, sections: string): Dialplan => {
  const text = `kozpont: 1
company: { name: Example, languages: [en], ${company} }
prompts: { welcome: Welcome., bye: Goodbye. }
extensions: { "101": { name: Anna Kiss } }
menus:
  main: { greeting: welcome, directDial: true, noInput: goodbye:bye, invalid: goodbye:bye }
${sections}
transfer: { recall: { otherwise: goodbye:bye } }
`;
  const compiled = compileDialplan(text, 'test.yaml');
  if (!compiled.ok) throw new Error(compiled.error.map(({ message }) => message).join('\n'));
  return compiled.value.plan;
};

const numbersOf = (company: string, ...written: readonly string[]): readonly string[] =>
  planWith(company, `numbers: { ${written.map(text => `"${text}": menu:main`).join(', ')} }`).numbers.map(({ match }) =>
    matchText(match),
  );

describe('the country of a company', () => {
  const budapest = 'timezone: Europe/Budapest';
  test.each([
    ['the one that it names', `${budapest}, country: AT`, ['01 58858'], ['+43158858']],
    ['else the one of its time zone', budapest, ['06 1 234 5678'], ['+3612345678']],
    [
      'with numbers of others beside its own',
      budapest,
      ['+43158858', '+3612345670', '06 1 234 5678'],
      ['+3612345670', '+3612345678', '+43158858'],
    ],
    ['not where all its numbers are of others', budapest, ['+43158858', '0612345678'], ['+43158858', '0612345678']],
    ['none where its time zone has none', 'timezone: UTC', ['0612345678'], ['0612345678']],
  ])('%s', (_, company, written, expected) => {
    expect([...numbersOf(company, ...written)].sort()).toEqual(expected);
  });

  test('is data of the plan, so that call control knows what is dialled there', () => {
    expect(planWith(budapest, '').company).toMatchObject({
      country: 'HU',
      dialling: { callingCode: '36', international: '00', national: ['06'] },
    });
  });
});

describe('patterns in one form', () => {
  test.each([
    ['0620*', 'HU', '+3620*'],
    ['06 1 234 567x', 'HU', '+361234567x'],
    ['06*', 'HU', '+36*'],
    ['0036*', 'HU', '+36*'],
    ['0043 1 58858*', 'HU', '+43158858*'],
    ['00*', 'HU', '+*'],
    ['36*', 'HU', '+36*'],
    ['3620*', 'HU', '+3620*'],
    ['36 1 234 5xx*', 'HU', '+3612345xx*'],
    ['+3620*', 'HU', '+3620*'],
    ['0*', 'HU', '0*'],
    ['1xx', 'HU', '1xx'],
    ['10x', 'HU', '10x'],
    ['0*', 'DE', '+49*'],
    ['212*', 'US', '+1212*'],
    ['1212*', 'US', '+1212*'],
    ['91*', 'ES', '+3491*'],
    ['1xx', 'ES', '1xx'],
    ['8495*', 'RU', '+7495*'],
    ['*', 'HU', '*'],
    ['0620*', undefined, '0620*'],
  ] as const)('%s in %s is %s', (written, country, expected) => {
    const { match } = must(readNumber(written));
    const one = matchInOneForm({ country }, match);
    expect(matchText(one)).toBe(expected);
    expect(one).toEqual(matchInOneForm({ country }, one));
  });
});

const plan = planWith(
  'timezone: Europe/Budapest',
  `callers:
  known:
    rules:
      - { from: ["06 20 123*"], then: extension:101 }
      - { from: ["0*", anonymous], then: goodbye:bye }
    otherwise: menu:main
internalNumbers: { 0: menu:main }
numbers:
  "06 1 234 5678": callers:known
  "+36 1 234 57*": menu:main
  "+3612345670@backup": menu:main`,
);

test.each([
  ['0620 123 4567', 'extension'],
  ['003620-1234567', 'extension'],
  ['3620 1234567', 'extension'],
  ['+36 20 123 4567', 'extension'],
  ['', 'goodbye'],
  ['080', 'goodbye'],
  ['anna', 'menu'],
  ['+36 30 123 4567', 'menu'],
])('a rule for callers and the caller %s', (written, kind) => {
  const { known } = plan.callers ?? {};
  if (known === undefined) throw new Error('no callers');
  const number = oneForm(plan.company, written);
  expect(routeForCaller(known, number).to.kind).toBe(kind);
});

test.each(['06 1 234 5678', '+36 1 234 5678', '0036/1/234-5678', '3612345678', '+36 1 234 5799'])(
  'the place of %s on the map',
  written => {
    expect(numberFor(plan, written)).toMatch(/^number:\+3612345/);
  },
);

describe('what a colleague dials', () => {
  test.each(['+3612345678', '0612345678', '003612345678', '3612345678', '06123457', '0612345799'])('%s', dialled => {
    expect(whereDialled(plan, dialled, 'extension')).toBeDefined();
  });
  test.each(['12345678', '0112345678', '612345678', '0612345679', '000612345678', '06', '00', '+'])(
    '%s leads nowhere',
    dialled => {
      expect(whereDialled(plan, dialled, 'extension')).toBeUndefined();
    },
  );
  test('a trunk brings its numbers in one form, and no other is tried', () => {
    expect(whereDialled(plan, '0612345678', 'trunk', 'carrier')).toBeUndefined();
    expect(whereDialled(plan, '+3612345678', 'trunk', 'carrier')).toBeDefined();
  });
  test('by keypad: further digits are waited for while there may be some', () => {
    const going = (digits: string): boolean => couldGoOn(plan, digits);
    for (const number of ['0612345678', '003612345678']) {
      for (let length = 2; length < number.length; length++) expect(going(number.slice(0, length))).toBe(true);
      expect(going(number)).toBe(false);
    }
    expect(going('06123457')).toBe(true);
    // The reception is reached at once.
    expect(going('0')).toBe(false);
    expect(['07', '0613', '0037', '3'].some(going)).toBe(false);
  });
});

test.each([
  ['12345678', { number: '+3612345678', how: 'otherForm' }],
  ['9912345678', { number: '+3612345678', how: 'otherForm' }],
  ['+4912345678', { number: '+3612345678', how: 'otherForm' }],
  ['+3612345687', { number: '+3612345678', how: 'misspelt' }],
  ['+3612345670', { number: '+3612345670@backup', how: 'otherTrunk' }],
  ['+4915112223344', undefined],
  ['5678', undefined],
  ['anna', undefined],
  ['', undefined],
  ['constructor', undefined],
  ['1'.repeat(4096), undefined],
])('a trunk brings %s', (dialled, expected) => {
  expect(nearMatch(plan, dialled)).toEqual(expected);
});
