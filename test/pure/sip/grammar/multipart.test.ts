import { describe, expect, test } from 'vitest';
import { boundaryOf, partsOf } from '../../../../src/sip/grammar/multipart.ts';
import { parseMessage } from '../../../../src/sip/grammar/parseMessage.ts';
import { judgeSyntax } from '../../../../src/sip/grammar/verdict/judge.ts';

test.each([
  ['multipart/mixed;boundary=x', 'x'],
  ['Multipart/Mixed; Boundary="a b"', 'a b'],
  ['multipart/mixed', undefined],
  ['multipart/mixed;boundary=""', undefined],
  ['application/sdp;boundary=x', undefined],
  [`multipart/mixed;boundary=${'x'.repeat(70)}`, 'x'.repeat(70)],
  [`multipart/mixed;boundary=${'x'.repeat(71)}`, undefined],
])('the boundary of %s', (type, boundary) => expect(boundaryOf(type)).toBe(boundary));

describe('the parts', () => {
  test('between delimiters, without preamble and epilogue', () => {
    const body =
      'before\r\n--x\r\ncontent-TYPE : application/sdp\r\n\r\nv=0\r\n\r\ns=-\r\n--x  \r\nA: b\r\n\r\ntwo\r\n--x--\r\nbehind';
    expect(partsOf(body, 'x')).toEqual([
      { type: 'application/sdp', content: 'v=0\r\n\r\ns=-' },
      { type: undefined, content: 'two' },
    ]);
  });

  test('without fields, without content, without an end', () => {
    expect(partsOf('--x\r\n\r\none\r\n--x\r\nContent-Type: a/b\r\n--x\r\nContent-Type: c/d\n\nlast\n', 'x')).toEqual([
      { type: undefined, content: 'one' },
      { type: 'a/b', content: '' },
      { type: 'c/d', content: 'last\n' },
    ]);
  });

  test('a longer boundary that begins alike is another one', () => {
    expect(partsOf('--x\r\n\r\n--xy\r\n--x-\r\na --x\r\n--x--', 'x')).toEqual([
      { type: undefined, content: '--xy\r\n--x-\r\na --x' },
    ]);
    expect(partsOf('nothing', 'x')).toEqual([]);
  });

  test('at most 32', () => expect(partsOf('--x\r\n\r\n\r\n'.repeat(100), 'x')).toHaveLength(32));
});

describe('what would keep an application busy is malformed', () => {
  const verdict = (type: string, body: string) => {
    const text =
      'OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n' +
      `Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n${type}\r\n\r\n${body}`;
    const message = parseMessage(Buffer.from(text));
    return message.ok ? judgeSyntax(message.value).kind : message.error.reason;
  };
  const mixed = 'Content-Type: multipart/mixed;boundary=x';

  test.each([
    ['blanks behind Content-Type', mixed, `--x\r\nContent-Type:${' '.repeat(60_000)}`],
    ['in another case', 'content-type: MULTIPART/mixed;boundary=x', `--x\r\nCONTENT-type:${'\t'.repeat(300)}`],
    ['white space of other kinds', mixed, `--x\r\nContent-Type:${'\u00a0\n'.repeat(9_000)}`],
    ['a line without an end', mixed, `--x\r\nContent-Type: ${'Content-Type:'.repeat(4_000)}`],
    ['many types', mixed, '--x\r\nContent-Type: a/b\r\n'.repeat(40)],
    ['no boundary', `Content-Type: multipart/mixed${';a=b'.repeat(10)}`, 'x'],
    ['a long type', `Content-Type: multipart/mixed;boundary=x${';a=b'.repeat(200)}`, ''],
    ['a name that drachtio-srf resolves', '%43ontent-Type: multipart/mixed;;;', 'x'],
  ])('%s', (_, type, body) => expect(verdict(type, body)).toBe('refuse'));

  test.each([
    ['two parts', mixed, '--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x--\r\n'],
    [
      'a part of one long line',
      mixed,
      `--x\r\nContent-Type: application/pidf+xml\r\n\r\n${'<a/>'.repeat(2_000)}\r\n--x--`,
    ],
    ['no parts', 'Content-Type: text/plain', `Content-Type:${' '.repeat(60_000)}`],
  ])('but not %s', (_, type, body) => expect(verdict(type, body)).toBe('accept'));
});
