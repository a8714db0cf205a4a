import { describe, expect, it } from 'vitest';
import { isKozpontError } from '../../../../src/base/errors.ts';
import * as encode from '../../../../src/media/freeswitch/encode.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';

const refuses = (make: () => unknown, code: 'MEDIA_UNAVAILABLE' | 'INVALID_CONFIG' = 'MEDIA_UNAVAILABLE'): void => {
  expect(make).toThrow(expect.toSatisfy((error: unknown) => isKozpontError(error, code)));
};

/** What a space, a line feed, or the syntax of arguments would do. */
const syntax = [
  ...hostileTexts,
  ...[
    'a b',
    'a\tb',
    'a\nb',
    'a\r\nb',
    'a\u0000b',
    '\u007f',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: FreeSWITCH's syntax
    '${x}',
    '#{x}',
    '{a=b}x',
    '[a=b]x',
    '<a=b>x',
    'a,b',
    'a|b',
  ],
  ...['a:_:b', '^^:a', 'a!b', 'a@@100', 'say://x', 'a://b', 'a;b', "a'b", 'a"b', 'a\\b', '%(1,2,3)', 'a`b`', '', ' '],
];

describe('what reaches the event socket', () => {
  it.each(syntax.filter(text => text !== '%00'))('is no path made of %j', text => {
    refuses(() => encode.filePath(text));
    if (!/^[A-Za-z0-9._/+-]*$/.test(text)) refuses(() => encode.filePath(`/sounds/${text}`));
  });

  it.each(syntax)('is neither an id nor a name made of %j', text => {
    if (!/^[A-Za-z0-9@._-]{1,128}$/.test(text)) refuses(() => encode.channelId(text));
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(text)) refuses(() => encode.name(text));
    refuses(() => encode.ownId(text));
  });

  it('is a path of ours', () => {
    for (const path of ['/var/kozpont/prompts/hu/a1b2.wav', '/srv/hangok/üdvözlés.wav', '/a+b_c-d.wav']) {
      expect(encode.filePath(path)).toBe(path);
    }
    refuses(() => encode.filePath('relative.wav'));
    refuses(() => encode.filePath('/sounds/../etc/passwd'));
    refuses(() => encode.filePath(`/${'a'.repeat(501)}`));
  });

  it('is a whole number', () => {
    expect(encode.wholeNumber(-1)).toBe('-1');
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1.5, 1e300]) refuses(() => encode.wholeNumber(value));
  });

  it('is a secret of one line', () => {
    expect(encode.secret('Two words, 1 % more!')).toBe('Two words, 1 % more!');
    for (const secret of ['', 'a\nb', 'a\u0000', 'é']) refuses(() => encode.secret(secret), 'INVALID_CONFIG');
  });

  it('is put together of words of ours and checked values', () => {
    expect(encode.text`uuid_bridge ${encode.channelId('a')} ${encode.channelId('b')}`).toBe('uuid_bridge a b');
    expect(encode.joined([encode.filePath('/a'), encode.filePath('/b')], '!')).toBe('/a!/b');
  });
});
