import { expect, test } from 'vitest';
import { readContacts, readSeconds } from '../../../../src/signalling/registrar/contacts.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';

const contacts = (value: string | undefined) => {
  const read = readContacts(value);
  return typeof read === 'string' ? read : read.map(one => [one.contact, one.q, one.instance, one.expires]);
};

test('what a REGISTER may list', () => {
  expect(contacts(undefined)).toEqual([]);
  expect(contacts('')).toEqual([]);
  expect(contacts('*')).toBe('all');
  expect(
    contacts(
      '<sip:a@1.1.1.1:5062;transport=tcp;ob>;q=0.5;expires=60;+sip.instance="<urn:uuid:1>", sip:b@[2001:db8::1]',
    ),
  ).toEqual([
    ['sip:a@1.1.1.1:5062;transport=tcp;ob', 0.5, '<urn:uuid:1>', 60],
    ['sip:b@[2001:db8::1]', 1, undefined, undefined],
  ]);
});

test.each([
  '*, <sip:a@1.1.1.1>',
  '<sips:a@1.1.1.1>',
  '<tel:+3612345678>',
  '<mailto:a@example.com>',
  '<sip:a@1.1.1.1?Replaces=x>',
  '<sip:a@1.1.1.1',
  'nonsense',
  '<sip:a b@1.1.1.1>',
  '<sip:a@1.1.1.1\r\nINVITE sip:x>',
])('no contact of ours: %s', value => {
  expect(contacts(value)).toBe('malformed');
});

test('what is too long is told from what is wrong', () => {
  expect(contacts(`<sip:a@1.1.1.1;pn-prid=${'a'.repeat(2_000)}>`)).toHaveLength(1);
  expect(contacts(`<sip:a@1.1.1.1;pn-prid=${'a'.repeat(2_048)}>`)).toBe('tooLong');
  expect(contacts(Array(21).fill('<sip:a@1.1.1.1>').join(','))).toBe('tooLong');
});

test('the flow that a contact is (RFC 5626): a number from 1, or none', () => {
  const flows = readContacts(
    ['1', '2147483647', '0', '2147483648', '-1', 'x', '1a'].map(id => `<sip:a@1.1.1.1>;reg-id=${id}`).join(','),
  );
  expect(typeof flows === 'string' || flows.map(({ regId }) => regId)).toEqual([
    1,
    2_147_483_647,
    ...Array(5).fill(undefined),
  ]);
});

test('what is taken can stand in a request line', () => {
  for (const text of hostileTexts) {
    const read = readContacts(`<sip:${text}@1.1.1.1>`);
    if (typeof read === 'string') continue;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    for (const { contact } of read) expect(contact).not.toMatch(/[\s\u0000-\u001f<>"]/);
  }
});

test('seconds: digits alone, and no more than the header can say', () => {
  expect(['60', ' 60 ', '0', '4294967296', '-1', '1e3', '', 'soon'].map(readSeconds)).toEqual([
    60,
    60,
    0,
    4_294_967_295,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect([readSeconds(null), readSeconds(undefined)]).toEqual([undefined, undefined]);
});
