import { describe, expect, it } from 'vitest';
import { canonicalName, isListHeader } from '../../../../src/sip/grammar/headerNames.ts';
import {
  field,
  hasHeader,
  header,
  headers,
  withAddedHeader,
  withBody,
  withHeader,
  withoutHeader,
  withoutTopHeader,
  withTopHeader,
  withTopReplaced,
} from '../../../../src/sip/grammar/headers.ts';
import type { SipMessage, SipRequest } from '../../../../src/sip/message.ts';

const deepFrozen: SipRequest = {
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:b@example.com',
  headers: Object.freeze(
    [
      ['Via', 'one'],
      ['Via', 'two'],
      ['To', 'b'],
      ['X-mine', 'x'],
      ['Via', 'three'],
    ].map(([name = '', value = '']) => Object.freeze({ name, value })),
  ),
  body: Buffer.alloc(0),
};
const show = (message: SipMessage): string => message.headers.map(({ name, value }) => `${name}=${value}`).join(' ');
const before = 'Via=one Via=two To=b X-mine=x Via=three';

describe('the names of headers', () => {
  it.each([
    ['i', 'Call-ID'],
    ['CALL-id', 'Call-ID'],
    ['cseq', 'CSeq'],
    ['www-authenticate', 'WWW-Authenticate'],
    ['mime-version', 'MIME-Version'],
    ['b', 'Referred-By'],
    ['X-Mine', 'X-Mine'],
    ['', ''],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
  ])('%j is %j', (name, canonical) => {
    expect(canonicalName(name)).toBe(canonical);
  });

  it('tell the lists', () => {
    expect(['Via', 'm', 'ROUTE', 'k'].map(isListHeader)).toEqual([true, true, true, true]);
    expect(['Subject', 'To', 'Authorization', 'Date', 'X-Mine', '__proto__'].map(isListHeader)).toEqual(
      Array(6).fill(false),
    );
  });
});

describe('reading header fields', () => {
  it('finds them by any name, from the top', () => {
    expect(header(deepFrozen, 'v')).toBe('one');
    expect(headers(deepFrozen, 'VIA')).toEqual(['one', 'two', 'three']);
    expect(header(deepFrozen, 'x-MINE')).toBe('x');
    expect([header(deepFrozen, 'From'), headers(deepFrozen, 'From'), hasHeader(deepFrozen, 'From')]).toEqual([
      undefined,
      [],
      false,
    ]);
    expect(hasHeader(deepFrozen, 't')).toBe(true);
  });
});

describe('changing header fields', () => {
  it.each<[string, (message: SipRequest) => SipRequest, string]>([
    ['withHeader replaces all, in place', m => withHeader(m, 'via', 'new'), 'Via=new To=b X-mine=x'],
    ['withHeader takes several', m => withHeader(m, 't', 'c', 'd'), 'Via=one Via=two To=c To=d X-mine=x Via=three'],
    ['withHeader adds what is not there', m => withHeader(m, 'f', 'a'), `${before} From=a`],
    ['withHeader without values removes', m => withHeader(m, 'Via'), 'To=b X-mine=x'],
    [
      'withHeader knows foreign names in any case',
      m => withHeader(m, 'X-MINE', 'y'),
      'Via=one Via=two To=b X-MINE=y Via=three',
    ],
    ['withAddedHeader goes below', m => withAddedHeader(m, 'To', 'c'), 'Via=one Via=two To=b To=c X-mine=x Via=three'],
    ['withAddedHeader adds at the end', m => withAddedHeader(m, 'k', 'x', 'y'), `${before} Supported=x Supported=y`],
    ['withTopHeader goes above', m => withTopHeader(m, 'v', 'zero'), `Via=zero ${before}`],
    [
      'withTopHeader stands above its own kind alone',
      m => withTopHeader(m, 'To', 'c'),
      before.replace('To=b', 'To=c To=b'),
    ],
    ['withTopHeader begins a message', m => withTopHeader(m, 'Route', 'r'), `Route=r ${before}`],
    ['withTopReplaced', m => withTopReplaced(m, 'v', 'first'), before.replace('one', 'first')],
    ['withTopReplaced changes nothing where there is none', m => withTopReplaced(m, 'Route', 'r'), before],
    ['withoutTopHeader', m => withoutTopHeader(m, 'v'), 'Via=two To=b X-mine=x Via=three'],
    ['withoutTopHeader changes nothing where there is none', m => withoutTopHeader(m, 'Route'), before],
    ['withoutHeader', m => withoutHeader(m, 'v', 'X-Mine'), 'To=b'],
    ['withBody', m => withBody(m, 'é', 'text/plain'), `${before} Content-Type=text/plain Content-Length=2`],
    ['withBody takes it away again', m => withBody(withBody(m, 'x', 'a/b'), ''), `${before} Content-Length=0`],
  ])('%s', (_what, change, after) => {
    expect(show(deepFrozen)).toBe(before);
    expect(show(change(deepFrozen))).toBe(after);
    expect(show(deepFrozen)).toBe(before);
  });

  it('keeps the rest of the message', () => {
    expect(withHeader(deepFrozen, 'To', 'c')).toMatchObject({
      kind: 'request',
      method: 'INVITE',
      uri: 'sip:b@example.com',
    });
  });

  it('field gives a header its long name', () => {
    expect(field('m', '*')).toEqual({ name: 'Contact', value: '*' });
  });
});
