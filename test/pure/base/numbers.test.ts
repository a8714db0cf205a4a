import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Country, countryOfZone, dialledIn, isCountry } from '../../../src/base/numbers/country.ts';
import { type Numbering, oneForm } from '../../../src/base/numbers/oneForm.ts';
import { showNumber } from '../../../src/base/numbers/shown.ts';
import { isNoNumber, isWithheldWord } from '../../../src/base/numbers/withheld.ts';
import { withoutSeparators } from '../../../src/base/numbers/written.ts';
import { hostileTexts } from '../../support/hostileTexts.ts';

const at = (country: Country): Numbering => ({ country });

describe('one form', () => {
  test.each<[string, Numbering, string]>([
    // Whatever separates them.
    ['+36 1 234 5678', {}, '+3612345678'],
    ['+36-1-234-5678', {}, '+3612345678'],
    ['+36 (1) 234/56.78', {}, '+3612345678'],
    ['+36\u00a01\u2011234\u20135678', {}, '+3612345678'],
    // With a national prefix that has no place there.
    ['+44 (0)20 7946 0123', {}, '+442079460123'],
    ['+36 06 1 234 5678', {}, '+3612345678'],
    ['+39 06 1234 5678', {}, '+390612345678'],
    // As it is dialled in the country.
    ['06 1 234 5678', at('HU'), '+3612345678'],
    ['0036 1 234 5678', at('HU'), '+3612345678'],
    ['3612345678', at('HU'), '+3612345678'],
    ['06 20 123 4567', at('HU'), '+36201234567'],
    ['0043 1 58858', at('HU'), '+43158858'],
    ['020 7946 0123', at('GB'), '+442079460123'],
    ['030/1234567', at('DE'), '+49301234567'],
    ['(212) 555-0123', at('US'), '+12125550123'],
    ['1 212 555 0123', at('US'), '+12125550123'],
    ['011 36 1 234 5678', at('US'), '+3612345678'],
    ['0011 36 1 234 5678', at('AU'), '+3612345678'],
    ['8 495 123-45-67', at('RU'), '+74951234567'],
    ['8 10 36 1 234 5678', at('RU'), '+3612345678'],
    ['912 345 678', at('ES'), '+34912345678'],
    ['06 1234 5678', at('IT'), '+390612345678'],
    // Networks write 00 anywhere.
    ['0036 1 234 5678', at('US'), '+3612345678'],
    ['0036 1 234 5678', {}, '+3612345678'],
    // Behind a prefix, ranges that the metadata do not have yet are numbers all the same.
    ['0036 1 234 567', at('HU'), '+361234567'],
    ['06 91 234 567', at('HU'), '+3691234567'],
    // By hand.
    ['1 234 5678', { country: 'HU', nationalPrefix: '' }, '+3612345678'],
    ['9 1 234 5678', { country: 'HU', nationalPrefix: '9' }, '+3612345678'],
    ['4930123456', { internationalPrefix: '' }, '+4930123456'],
    ['99 36 1 234 5678', { country: 'HU', internationalPrefix: '99' }, '+3612345678'],
  ])('%s (%o) is %s', (written, numbering, number) => {
    expect(oneForm(numbering, written)).toBe(number);
  });

  test.each<[string, Numbering]>([
    ...['101', '1', '0', '112', '911', '1180', '061', '12345678', '*28', '#31#', '0612', '36101'].map(
      (text): [string, Numbering] => [text, at('HU')],
    ),
    ['1001', at('AT')],
    ['431001', at('AT')],
    // A Berlin number without its area code, and one of the mobile networks without its prefix.
    ['5551234', at('DE')],
    ['15112345678', at('DE')],
    ['0612345678', {}],
    ['3612345678', {}],
    ['112', { country: 'HU', nationalPrefix: '' }],
    ['06 1 234 5678'.replaceAll(' ', ''), { country: 'HU', nationalPrefix: '9' }],
    ['+123', {}],
    ['+999123456', {}],
    ...['anna', 'anna.kiss', '10a', '٣٦١٢٣٤', '３６１', '+', '++36', '36+1', '192.0.2.1', ''].map(
      (text): [string, Numbering] => [text, at('HU')],
    ),
    ...hostileTexts.map((text): [string, Numbering] => [text, at('HU')]),
  ])('%s (%o) stays what it is', (written, numbering) => {
    expect(oneForm(numbering, written)).toBe(written);
  });

  const numberings = fc.constantFrom<Numbering>(
    {},
    ...(['HU', 'US', 'DE', 'AT', 'IT', 'RU', 'BR', 'AR', 'MX', 'AU', 'GB', 'SM'] as const).map(at),
    { country: 'HU', nationalPrefix: '' },
    { internationalPrefix: '' },
  );
  const written = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'+00336126 -()./*#x'), maxLength: 24 }),
    fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 16 }),
    fc.string({ unit: 'grapheme' }),
  );

  test('of one form there is no other', () => {
    fc.assert(
      fc.property(numberings, written, (numbering, text) => {
        const number = oneForm(numbering, text);
        expect(oneForm(numbering, number)).toBe(number);
      }),
      { numRuns: 3_000 },
    );
  });

  test('separators mean nothing', () => {
    const separated = fc
      .array(fc.tuple(fc.constantFrom(...'0123456789'), fc.constantFrom('', ' ', '-', '.', '(', ')', '\u00a0')), {
        minLength: 1,
        maxLength: 16,
      })
      .map(pairs => ({
        bare: pairs.map(([digit]) => digit).join(''),
        text: pairs.map(([digit, separator]) => digit + separator).join(''),
      }));
    fc.assert(
      fc.property(numberings, separated, (numbering, { bare, text }) => {
        // Digits with dots alone may be the address of a device.
        fc.pre(!/^[0-9.]+$/.test(text));
        expect(oneForm(numbering, text)).toBe(oneForm(numbering, bare));
      }),
    );
  });

  test('what is long is no number, and is looked at once', () => {
    for (const unit of ['1', '-', '+', '(', '0036', '1-', ' ']) {
      const long = unit.repeat(1_000_000);
      expect(oneForm(at('HU'), long)).toBe(long);
      expect(withoutSeparators(long)).toBeUndefined();
    }
    expect(oneForm(at('HU'), '1'.repeat(60))).toBe('1'.repeat(60));
  });
});

test('a number is shown as people write it, and all else as it is', () => {
  expect(['+3612345678', '+36201234567', '+442079460123', '+12125550123'].map(showNumber)).toEqual([
    '+36 1 234 5678',
    '+36 20 123 4567',
    '+44 20 7946 0123',
    '+1 212 555 0123',
  ]);
  for (const text of ['101', '+361', '', 'anna', '0612345678', '+999999999', ...hostileTexts])
    expect(showNumber(text)).toBe(text);
});

test('words in place of a number', () => {
  expect(['anonymous', 'Anonymous', 'RESTRICTED', ' private '].every(isWithheldWord)).toBe(true);
  expect(['unknown', 'Unavailable', 'Restricted'].every(isNoNumber)).toBe(true);
  expect(isWithheldWord('unknown')).toBe(false);
  expect(['anna', '', '101', 'constructor', '__proto__', 'anonymous1'].some(isNoNumber)).toBe(false);
});

test('countries, and those of time zones', () => {
  expect(['HU', 'US'].every(isCountry)).toBe(true);
  expect(['hu', 'XX', 'HUN', 'constructor', '__proto__', ''].some(isCountry)).toBe(false);
  expect(
    ['Europe/Budapest', 'Europe/London', 'America/New_York', 'Europe/Kyiv', 'Asia/Kolkata', 'UTC', 'Etc/GMT+1'].map(
      zone => countryOfZone(zone, ['en']),
    ),
  ).toEqual(['HU', 'GB', 'US', 'UA', 'IN', undefined, undefined]);
  expect([dialledIn('HU'), dialledIn('US'), dialledIn('IT'), dialledIn('RU')]).toEqual([
    { callingCode: '36', international: '00', national: ['06'] },
    { callingCode: '1', international: '011', national: ['1', ''] },
    { callingCode: '39', international: '00', national: [''] },
    { callingCode: '7', international: '810', national: ['8'] },
  ]);
});
