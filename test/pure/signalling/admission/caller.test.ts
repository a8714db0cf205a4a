import { describe, expect, test } from 'vitest';
import { callerOfExtension, callerOfTrunk } from '../../../../src/signalling/admission/caller.ts';
import { parseFrom } from '../../../../src/signalling/text/grammar.ts';

const isOurs = (number: string) => /^1\d\d$/.test(number);

/** Who a trunk's call is from: From, and what else it says. */
const caller = (from: string, headers: Record<string, string> = {}) => {
  const read = parseFrom(`${from};tag=1`);
  if (!read.ok) throw new Error(read.error.detail);
  return callerOfTrunk({ headers }, read.value, {}, isOurs);
};
const asserting = (value: string) => caller('"Own" <sip:+361@h>', { 'p-asserted-identity': value });
const own = { number: '+361', display: 'Own' };

describe('what a network asserts', () => {
  test.each([
    ['"Net" <sip:+362@h>', { number: '+362', display: 'Net' }],
    ['<tel:+362>', { number: '+362', display: 'Own' }],
    ['<sip:101@h>', own],
    ['"Anna" <sip:101;x=y@h>', own],
    ['<tel:1-0-1>', own],
    ['<sip:%3101@h>', own],
    ['<sip:1%E2%80%8B01@h>', own],
    ['<sip:101@h>, <tel:+362>', { number: '+362', display: 'Own' }],
    ['<sip:+362@h>, <sip:101@h>', { number: '+362', display: 'Own' }],
    ['"Anna <sip:+362@h>', own],
  ])('%s', (value, expected) => expect(asserting(value)).toEqual(expected));
});

describe('what looks like a recall of ours', () => {
  test.each([
    'R: no answer 101 – Anna Kiss',
    '  r: busy',
    'R : busy 101',
    'Ｒ：busy',
    '→ R: busy',
    '(R:) busy',
    'Ŕ: busy',
    'ʀ: busy',
    '\u200bR\u200b:\u200b busy',
    'R∶ busy',
    'R꞉ busy',
    'R  : busy',
    '[R]: busy',
    'R.: busy',
    'R܃ busy',
    'Rः busy',
    'R⁚ busy',
    'ꓣ: busy',
    'ᖇ: busy',
    '𖼵: busy',
    'г: busy',
  ])('is no display, and no name in place of a number: %s', text => {
    expect(caller(`"${text}" <sip:+361@h>`)).toEqual({ number: '+361', display: undefined });
    const escaped = encodeURIComponent(text).replaceAll('(', '%28').replaceAll(')', '%29');
    expect(caller(`<sip:${escaped}@h>`).number).toBe('');
    const read = parseFrom(`"${text}" <sip:101@h>;tag=1`);
    expect(read.ok && callerOfExtension({ headers: {} }, read.value, '101').display).toBeUndefined();
  });

  test.each(['Rita: home', 'R. Kovács', 'Dr: Kovács', 'Kovács R: Anna', 'R', 'MR: X'])('others are left: %s', text => {
    expect(caller(`"${text}" <sip:+361@h>`).display).toBe(text);
  });
});

describe('what reads as an extension of ours', () => {
  test.each(['101', '１０１', '𝟏𝟎𝟏', '1-0-1', '(101)', '1 01', '1\u200b01'])('is no display from outside: %s', text => {
    expect(caller(`"${text}" <sip:+361@h>`)).toEqual({ number: '+361', display: undefined });
    expect(asserting(`"${text}" <sip:+362@h>`)).toEqual({ number: '+362', display: 'Own' });
  });

  test.each(['%EF%BC%91%EF%BC%90%EF%BC%91', '%F0%9D%9F%8F%F0%9D%9F%8E%F0%9D%9F%8F'])('is no number: %s', user => {
    expect(caller(`"Anna" <sip:${user}@h>`)).toEqual({ number: '', display: 'Anna' });
    expect(asserting(`<sip:${user}@h>`)).toEqual(own);
  });

  test.each(['1010', 'Desk 101', '+101', '10'])('others are left: %s', text => {
    expect(caller(`"${text}" <sip:+361@h>`).display).toBe(text);
  });
});

describe('a From that is malformed costs what is malformed', () => {
  test.each([
    ['"Anna <sip:+361@h>', { number: '+361', display: undefined }],
    ['Kiss, Anna <sip:+361@h>', { number: '+361', display: undefined }],
    ['Anna "the" Kiss <sip:+361@h>', { number: '+361', display: undefined }],
    ['"Anna" "Kiss" <sip:+361@h>', { number: '+361', display: undefined }],
    ['Anna \\ <sip:+361@h>;x=;y', { number: '+361', display: undefined }],
    ['"Anna" <sip:+36 1@h>', { number: '', display: undefined }],
    ['"Anna" <>', { number: '', display: undefined }],
    ['Anna', { number: '', display: undefined }],
  ])('%s', (from, expected) => expect(caller(from)).toEqual(expected));

  test.each(['', 'x', '"Anna <sip:a@b>', '<sip:a@b', '"a" <sip:a@b>;tag='])('but not without a tag: %s', value => {
    const read = parseFrom(value);
    expect(read.ok && read.value.params.some(({ name }) => name === 'tag')).toBe(false);
  });
});

test('a name in place of a number is a name', () => {
  expect(caller('"Anna" <sip:anna.kiss@h>')).toEqual({ number: 'anna.kiss', display: 'Anna' });
  expect(caller('<sip:Anna%20Kiss@h>')).toEqual({ number: 'Anna Kiss', display: undefined });
});
