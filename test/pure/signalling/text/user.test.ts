import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Numbering } from '../../../../src/base/numbers/oneForm.ts';
import { callerOfTrunk, dialledBy, isWithheld } from '../../../../src/signalling/admission/caller.ts';
import type { IncomingCall } from '../../../../src/signalling/port.ts';
import { parseNameAddr, parseUri } from '../../../../src/signalling/text/grammar.ts';
import { numberOf, userOf } from '../../../../src/signalling/text/user.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';
import { must } from '../../../support/must.ts';

const hungary: Numbering = { country: 'HU' };
const carrier: IncomingCall['via'] = { kind: 'trunk', name: 'carrier' };
const colleague: IncomingCall['via'] = { kind: 'extension', number: '101' };
const options = {
  extensionExists: (number: string): boolean => number === '102' || number === '12345678',
  numbering: (): Numbering => hungary,
};
const dialled = (via: IncomingCall['via'], uri: string): string => dialledBy(options, via, must(parseUri(uri)));

describe('a trunk calls a number, however it is written', () => {
  test.each([
    'sip:+3612345678@host',
    'sip:+36-1-234-5678@host;user=phone',
    'sip:+36.1.234.5678@host',
    'sip:+36(1)2345678@host;user=phone',
    'sip:%2B36%201%20234%205678@host',
    'sip:0612345678@host',
    'sip:06-1-234-5678@host;user=phone',
    'sip:003612345678@host',
    'sip:3612345678@host',
    'sip:+3612345678;npdi;rn=+36999999999@host',
    'sip:+3612345678;isub=12;ext=7@host;user=phone',
    'sip:+3612345678;phone-context=+1@host',
    'sip:0612345678;phone-context=+36@host;user=phone',
    'sip:12345678;phone-context=+36@host;user=phone',
    'sip:2345678;phone-context=+36-1@host;user=phone',
    'sip:5678;Phone-Context=%2B361234@host;user=phone',
    'sip:+3612345678:secret@host',
    'tel:+36-1-234-5678',
    'tel:+36-1-234-5678;isub=1',
    'tel:0612345678;phone-context=+36',
    'tel:2345678;phone-context=+361',
    'tel:0612345678;phone-context=provider.example',
  ])('%s', uri => {
    expect(dialled(carrier, uri)).toBe('+3612345678');
  });

  test.each([
    ['sip:102@host', '102'],
    ['sip:1-0.2@host;user=phone', '102'],
    ['tel:102;phone-context=example.com', '102'],
    ['tel:112;phone-context=+36', '112'],
    ['tel:911;phone-context=+1', '911'],
    ['sip:*28@host', '*28'],
    ['tel:%2328%23;phone-context=h', '#28#'],
    ['tel:*28;phone-context=h', '*28'],
    ['sip:anna.kiss@host', 'anna.kiss'],
    ['sip:anna-1@host', 'anna-1'],
    ['sip:192.0.2.7@host', '192.0.2.7'],
    ['sip:host', ''],
    ['sip:%D9%A1%D9%A0%D9%A2@host', '١٠٢'],
    ['sip:+36;phone-context=__proto__@host', '+36'],
  ])('%s is %s', (uri, number) => {
    expect(dialled(carrier, uri)).toBe(number);
  });
});

test.each([
  ['sip:1-02@host', '102'],
  ['sip:102;phone-context=+36@host', '102'],
  ['sip:12345678;phone-context=+36@host', '12345678'],
  ['sip:12345679;phone-context=+36@host', '+3612345679'],
  ['sip:0612345678@host', '0612345678'],
  ['sip:+36-1-234-5678@host;user=phone', '+3612345678'],
])('a colleague dials %s: the dialplan knows what is meant by %s', (uri, number) => {
  expect(dialled(colleague, uri)).toBe(number);
});

describe('who calls', () => {
  const caller = (from: string, headers: Record<string, string> = {}) =>
    callerOfTrunk({ headers }, must(parseNameAddr(from)), hungary, options.extensionExists);

  test.each(['<sip:+36-20-123-4567@h;user=phone>', 'sip:06201234567@h', '<sip:0036201234567@h>', '<tel:36201234567>'])(
    '%s',
    from => {
      expect(caller(from)).toEqual({ number: '+36201234567', display: undefined });
      const asserted = { 'p-asserted-identity': from };
      expect(caller('<sip:x@h>', asserted)).toEqual({ number: '+36201234567', display: undefined });
    },
  );

  test.each(['"+36201234567"', '"06 20 123 4567"', '0036201234567'])('the number once more is no name: %s', display => {
    expect(caller(`${display} <sip:06201234567@h>`)).toEqual({ number: '+36201234567', display: undefined });
  });

  test('a name in place of a number is a name', () => {
    expect(caller('"Anna Kiss" <sip:anna.kiss@h>')).toEqual({ number: 'anna.kiss', display: 'Anna Kiss' });
    expect(isWithheld({ headers: {} }, must(parseNameAddr('<sip:anna.kiss@h>')))).toBe(false);
  });

  test.each([
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
    '<sip:Anonymous@h>',
    '"Restricted" <sip:Restricted@h>',
    '<sip:%61nonymous@h>',
    '<sip:private;x=y@h>',
    '<sip:+3612345678@anonymous.invalid>',
  ])('%s is not shown, whatever the network knows', from => {
    const none = { number: '', display: undefined };
    expect([caller(from), caller(from, { 'p-asserted-identity': '<sip:+36201234567@h>' })]).toEqual([none, none]);
  });

  test.each(['<sip:unknown@h>', '"Unavailable" <sip:unavailable@h>', '<sip:h>'])(
    '%s is none, unless the network knows it',
    from => {
      expect(caller(from)).toEqual({ number: '', display: undefined });
      expect(caller(from, { 'p-asserted-identity': '<sip:06201234567@h>' }).number).toBe('+36201234567');
      expect(caller('<sip:06201234567@h>', { 'p-asserted-identity': from }).number).toBe('+36201234567');
    },
  );
});

test('any user part is bounded, clean, and says the same again', () => {
  const users = fc.oneof(
    fc.constantFrom(
      ...hostileTexts,
      'constructor',
      '__proto__',
      '1'.repeat(4_096),
      '-'.repeat(4_096),
      '+3-'.repeat(1_400),
    ),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(...'+036126 -().;=phone-context%2B'), maxLength: 60 }),
  );
  fc.assert(
    fc.property(users, fc.boolean(), (user, escaped) => {
      const written = escaped ? encodeURIComponent(user.replace(/\p{Cs}/gu, '')) : user;
      const uri = parseUri(`sip:${written}@host`);
      if (!uri.ok || uri.value.kind !== 'sip') return;
      const number = numberOf(uri.value, hungary);
      expect(Buffer.byteLength(number)).toBeLessThanOrEqual(128);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      expect(number).not.toMatch(/[\u0000-\u001f\u007f\u202e]/);
      const again = parseUri(`sip:${encodeURIComponent(number)}@host`);
      if (number !== '') expect(numberOf(must(again), hungary)).toBe(number);
      expect(userOf(uri.value).length).toBeLessThanOrEqual(128);
    }),
    { numRuns: 2_000 },
  );
});
