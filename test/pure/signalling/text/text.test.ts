import { describe, expect, test } from 'vitest';
import { dialledUri } from '../../../../src/signalling/admission/caller.ts';
import { description, header, mediaType } from '../../../../src/signalling/drachtio/message.ts';
import { redirectedTo } from '../../../../src/signalling/outbound/redirect.ts';
import { cleanText } from '../../../../src/signalling/text/clean.ts';
import { elementsOf, hasToken } from '../../../../src/signalling/text/list.ts';
import { userOf } from '../../../../src/signalling/text/user.ts';

/** Of no width, or a direction of writing, or a tag. */
const unseen = [
  ...[0xad, 0x34f, 0x61c, 0x115f, 0x17b4, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x202a, 0x202e],
  ...[0x2060, 0x2061, 0x2064, 0x2066, 0x2069, 0x206f, 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0x1d173],
  ...[0xe0001, 0xe0020, 0xe007f, 0xe0100],
];

test('text of strangers: no controls, no halves of characters, no turned writing, not too long', () => {
  expect(cleanText(' a\r\nb\u0000\u202ec\u200f\ud800 ', 100)).toBe('abc');
  for (const code of unseen) expect(cleanText(`1${String.fromCodePoint(code)}01`, 100), code.toString(16)).toBe('101');
  expect(cleanText('Éva Kovács 😀', 100)).toBe('Éva Kovács 😀');
  expect(cleanText('ééé', 4)).toBe('éé');
  expect(cleanText('a😀b', 4)).toBe('a');
  expect(cleanText('A'.repeat(4096), 10)).toBe('AAAAAAAAAA');
});

test('lists', () => {
  expect(elementsOf('a, "b, c" <sip:x,y@z>,, d')).toEqual(['a', '"b, c" <sip:x,y@z>', 'd']);
  expect(elementsOf(undefined)).toEqual([]);
  expect(elementsOf('  ')).toEqual([]);
  expect([hasToken('replaces, Timer', 'timer'), hasToken('timers', 'timer'), hasToken(undefined, 'timer')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(hasToken('header;id', 'id')).toBe(true);
});

describe('messages of drachtio-srf', () => {
  const message = (headers: Record<string, string>, body = '') => ({ headers, body });

  test('header fields by their long or compact names, unfolded', () => {
    expect(header(message({ r: '<sip:1@h>' }), 'refer-to')).toBe('<sip:1@h>');
    expect(header(message({ 'refer-to': 'a', r: 'b' }), 'refer-to')).toBe('a');
    expect(header(message({ from: '"A"\r\n\t<sip:1@h>' }), 'from')).toBe('"A" <sip:1@h>');
    expect(header(message({}), 'from')).toBeUndefined();
  });

  test('descriptions', () => {
    const sdp = { 'content-type': 'Application/SDP; charset=utf-8' };
    expect(description(message({}))).toEqual({ kind: 'none' });
    expect(description(message(sdp, 'v=0\r\n'))).toEqual({ kind: 'sdp', sdp: 'v=0\r\n' });
    expect(description(message({ ...sdp, 'content-encoding': 'gzip' }, 'x'))).toEqual({ kind: 'unsupported' });
    expect(description(message({ ...sdp, 'content-encoding': 'identity' }, 'v=0'))).toEqual({
      kind: 'sdp',
      sdp: 'v=0',
    });
    expect(description(message({ 'content-type': 'text/plain' }, 'hi'))).toEqual({ kind: 'unsupported' });
    expect(description(message({}, 'v=0'))).toEqual({ kind: 'unsupported' });
  });

  test('a description among other parts', () => {
    const multipart = { 'content-type': 'multipart/mixed;boundary=b' };
    const text = 'Content-Type: text/plain\r\n\r\nhello';
    const sdp = 'Content-Type: Application/SDP\r\nContent-Disposition: session\r\n\r\nv=0\r\ns=-';
    const body = (...parts: string[]) => `${parts.map(part => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
    expect(description(message(multipart, body(text, sdp)))).toEqual({ kind: 'sdp', sdp: 'v=0\r\ns=-\r\n' });
    expect(description(message({ 'content-type': 'multipart/mixed; Boundary="b"' }, body(sdp)))).toMatchObject({
      kind: 'sdp',
    });
    expect(description(message(multipart, body(text)))).toEqual({ kind: 'unsupported' });
    expect(description(message(multipart, body()))).toEqual({ kind: 'unsupported' });
    expect(description(message({ 'content-type': 'multipart/mixed' }, body(sdp)))).toEqual({ kind: 'unsupported' });
  });

  test('media types', () => {
    expect([mediaType(' TEXT/Plain ; a=b'), mediaType(undefined)]).toEqual(['text/plain', '']);
  });
});

test('the number that was dialled', () => {
  expect(
    [
      'sip:+3612345678@host;user=phone',
      'sip:1%302@host',
      'sip:+361;npdi@host',
      'sip:host',
      'tel:+36-1-234',
      'sip:a%0d%0aX@host',
      'sips:1@host',
      'http://host',
      'nonsense',
    ]
      .map(dialledUri)
      .map(uri => uri && userOf(uri)),
  ).toEqual(['+3612345678', '102', '+361', '', '+361234', 'a%0D%0AX', undefined, undefined, undefined]);
});

test('where a 302 points to', () => {
  const to = (contact: string | undefined) => redirectedTo({ headers: { contact } });
  expect(to('<sip:102@h>;q=1, "X" <sip:1%303@h>, <tel:+361>, nonsense')).toEqual(['102', '103', '+361']);
  expect(to(undefined)).toEqual([]);
  expect(to(Array(9).fill('<sip:1@h>').join(','))).toHaveLength(5);
});
