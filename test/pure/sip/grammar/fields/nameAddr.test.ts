import { describe, expect, it } from 'vitest';
import { isKozpontError } from '../../../../../src/base/errors.ts';
import {
  type NameAddr,
  parseContact,
  parseNameAddr,
  serializeNameAddr,
  tagOf,
} from '../../../../../src/sip/grammar/fields/nameAddr.ts';
import { hasParam, param, withoutParam, withParam } from '../../../../../src/sip/grammar/fields/params.ts';
import { quote, unquote } from '../../../../../src/sip/grammar/fields/text.ts';
import { parseUri, serializeUri } from '../../../../../src/sip/grammar/fields/uri.ts';
import { hostileTexts } from '../../../../support/hostileTexts.ts';
import { must } from '../../../../support/must.ts';

const show = ({ display, uri, params }: NameAddr) => [
  display,
  serializeUri(uri),
  params.map(one => [one.name, one.value]),
];

describe('parseNameAddr', () => {
  it.each<[string, unknown]>([
    ['<sip:a@b>', [null, 'sip:a@b', []]],
    ['sip:a@b', [null, 'sip:a@b', []]],
    [
      'sip:a@b;tag=1;x',
      [
        null,
        'sip:a@b',
        [
          ['tag', '1'],
          ['x', null],
        ],
      ],
    ],
    ['<sip:a@b;lr>;tag=1', [null, 'sip:a@b;lr', [['tag', '1']]]],
    [
      '\t"A" \t<sip:a@b> ; tag\t=\t1 ; x ',
      [
        'A',
        'sip:a@b',
        [
          ['tag', '1'],
          ['x', null],
        ],
      ],
    ],
    ['""<sip:a@b>', ['', 'sip:a@b', []]],
    ['"a \\"b\\" \\\\ <c>, ;" <sip:a@b>', ['a "b" \\ <c>, ;', 'sip:a@b', []]],
    ['Nagy  Zs <sip:a@b>', ['Nagy  Zs', 'sip:a@b', []]],
    ['Zs<sip:a@b>', ['Zs', 'sip:a@b', []]],
    ['Zsófi (sales) @ home <sip:a@b>', ['Zsófi (sales) @ home', 'sip:a@b', []]],
    ['<sip:a,b@c?x=1>;y="<,;>"', [null, 'sip:a,b@c?x=1', [['y', '"<,;>"']]]],
    ['sip:a@b;x="<"', [null, 'sip:a@b', [['x', '"<"']]]],
    ['<tel:+361234>', [null, 'tel:+361234', []]],
    ['urn:service:sos', [null, 'urn:service:sos', []]],
    [
      '<sip:a@b>;received="sip:1.2.3.4:5060";+sip.instance="<urn:uuid:0>"',
      [
        null,
        'sip:a@b',
        [
          ['received', '"sip:1.2.3.4:5060"'],
          ['+sip.instance', '"<urn:uuid:0>"'],
        ],
      ],
    ],
    ['<sip:a@b>;received=[::1]:5060', [null, 'sip:a@b', [['received', '[::1]:5060']]]],
  ])('reads %j', (value, parts) => {
    expect(show(must(parseNameAddr(value)))).toEqual(parts);
  });

  it.each([
    '',
    ' ',
    'a',
    '<>',
    '<sip:a@b',
    'sip:a@b>',
    '"A" sip:a@b',
    '"A',
    '"A <sip:a@b>',
    'A, B <sip:a@b>',
    'A; B <sip:a@b>',
    'A\\B <sip:a@b>',
    '< sip:a@b>',
    '<sip:a@b >',
    '<sip:a b@c>',
    '<sip:a@b> x',
    '<sip:a@b>, <sip:c@d>',
    '<sip:a@b>;',
    '<sip:a@b>;;x',
    '<sip:a@b>;=x',
    '<sip:a@b>;x=',
    '<sip:a@b>;x="y',
    '<sip:a@b>;x=y z',
    '<sip:a@b>;x="y"z',
    'sip:a@b?x=1',
    'sip:a,b@c',
    'sip:a;b@c',
    '<<sip:a@b>>',
    '*',
  ])('refuses %j', value => {
    const parsed = parseNameAddr(value);
    expect(parsed).toMatchObject({ ok: false });
    if (!parsed.ok) expect(parsed.error.at).toBeLessThanOrEqual(value.length);
  });

  it('says where, counted from the start of the value', () => {
    expect(parseNameAddr('"A" <sip:a@b:x>')).toMatchObject({ error: { at: 13 } });
    expect(parseNameAddr('<sip:a@b>;x=y z')).toMatchObject({ error: { at: 14 } });
  });

  it('parseContact takes the star too', () => {
    expect(parseContact('*')).toEqual({ ok: true, value: '*' });
    expect(parseContact('* ;x').ok).toBe(false);
    expect(show(must(parseContact('<sip:a@b>')) as NameAddr)).toEqual([null, 'sip:a@b', []]);
  });
});

describe('serializeNameAddr', () => {
  const uri = must(parseUri('sip:a@b'));

  it('always has angle brackets, and quotes the name', () => {
    expect(serializeNameAddr({ display: null, uri, params: [] })).toBe('<sip:a@b>');
    expect(
      serializeNameAddr({
        display: '',
        uri,
        params: [
          { name: 'tag', value: '1' },
          { name: 'x', value: null },
        ],
      }),
    ).toBe('"" <sip:a@b>;tag=1;x');
    expect(serializeNameAddr({ display: 'a "b" \\', uri, params: [] })).toBe('"a \\"b\\" \\\\" <sip:a@b>');
  });

  it.each(hostileTexts)('carries any display name, or refuses it: %j', display => {
    const address: NameAddr = { display, uri, params: [{ name: 'tag', value: '1' }] };
    if (display.includes('\n')) {
      expect(() => serializeNameAddr(address)).toThrow(expect.toSatisfy(error => isKozpontError(error, 'INVALID_SIP')));
      return;
    }
    expect(must(parseNameAddr(serializeNameAddr(address)))).toEqual(address);
  });
});

describe('quoted strings', () => {
  it.each(['', 'a', 'a"b', '\\', '"', 'a\\"', '\0\x1b\x7f\t', 'é☎'])('%j comes back', text => {
    expect(unquote(quote(text))).toBe(text);
  });

  it('what is no quoted string stays as it is', () => {
    expect(['a', '"', '"a', 'a"', ''].map(unquote)).toEqual(['a', '"', '"a', 'a"', '']);
    expect(unquote('"a\\"')).toBe('a');
  });
});

describe('parameters', () => {
  const { params } = must(parseNameAddr('<sip:a@b>;Tag=X;flag;tag=second'));

  it('are found in any case, the first of them', () => {
    expect([param(params, 'tAG'), param(params, 'FLAG'), param(params, 'none')]).toEqual(['X', null, undefined]);
    expect([hasParam(params, 'flag'), hasParam(params, 'none')]).toEqual([true, false]);
    expect(tagOf(must(parseNameAddr('<sip:a@b>;TAG=x')))).toBe('x');
    expect(tagOf(must(parseNameAddr('<sip:a@b>;tag')))).toBeUndefined();
    expect(tagOf(must(parseNameAddr('<sip:a@b>')))).toBeUndefined();
  });

  it('are replaced, added and removed', () => {
    expect(withParam([{ name: 'A', value: '1' }], 'a', null)).toEqual([{ name: 'A', value: null }]);
    expect(withParam([{ name: 'a', value: '1' }], 'b', '2')).toEqual([
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
    ]);
    expect(withoutParam(params, 'TAG')).toEqual([{ name: 'flag', value: null }]);
  });
});
