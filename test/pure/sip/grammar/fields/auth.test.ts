import { describe, expect, it } from 'vitest';
import { authParam, parseAuth, serializeAuth } from '../../../../../src/sip/grammar/fields/auth.ts';
import { must } from '../../../../support/must.ts';

describe('parseAuth', () => {
  it('reads credentials', () => {
    const auth = must(
      parseAuth(
        'DIGEST Username="zs", realm = "a \\"b\\", c",nonce="MTIz==", uri="sip:b@example.com",nc=00000001, qop=auth , algorithm=SHA-256',
      ),
    );
    expect(auth.scheme).toBe('digest');
    expect(auth.token68).toBeNull();
    expect(auth.params).toEqual([
      { name: 'username', value: 'zs', quoted: true },
      { name: 'realm', value: 'a "b", c', quoted: true },
      { name: 'nonce', value: 'MTIz==', quoted: true },
      { name: 'uri', value: 'sip:b@example.com', quoted: true },
      { name: 'nc', value: '00000001', quoted: false },
      { name: 'qop', value: 'auth', quoted: false },
      { name: 'algorithm', value: 'SHA-256', quoted: false },
    ]);
    expect(authParam(auth, 'realm')).toBe('a "b", c');
    expect(authParam(auth, 'opaque')).toBeUndefined();
  });

  it('reads what some send: no quotes, empty elements, one parameter', () => {
    expect(must(parseAuth('Digest uri=sip:b@example.com,, nonce=MTIz==,')).params).toEqual([
      { name: 'uri', value: 'sip:b@example.com', quoted: false },
      { name: 'nonce', value: 'MTIz==', quoted: false },
    ]);
    expect(must(parseAuth('Digest stale=true')).params).toEqual([{ name: 'stale', value: 'true', quoted: false }]);
    expect(must(parseAuth('Digest realm=""')).params).toEqual([{ name: 'realm', value: '', quoted: true }]);
  });

  it('reads a token in place of parameters', () => {
    expect(must(parseAuth('Bearer eyJh.eyJz.x-_~+/=='))).toEqual({
      scheme: 'bearer',
      token68: 'eyJh.eyJz.x-_~+/==',
      params: [],
    });
  });

  it.each([
    '',
    'Digest',
    'Digest ',
    'Digest ,',
    '"Digest" realm="a"',
    'Digest realm=, nonce="a"',
    'Digest realm="a" nonce="b"',
    'Digest realm="a',
    'Digest realm="a"b',
    'Digest ="a"',
    'Digest realm="a";nonce="b"',
    'Digest realm="a", REALM="b"',
    'Digest,realm="a"',
  ])('refuses %j', value => {
    expect(parseAuth(value)).toMatchObject({ ok: false });
  });
});

describe('serializeAuth', () => {
  it('writes what it read, quotes as they were', () => {
    const text = 'Digest realm="a \\"b\\"", nonce="x", stale=FALSE, algorithm=MD5, qop="auth,auth-int"';
    expect(serializeAuth(must(parseAuth(text)))).toBe(text);
    expect(serializeAuth(must(parseAuth('bearer abc=')))).toBe('Bearer abc=');
  });

  it('quotes what needs it', () => {
    const param = (value: string) => ({
      scheme: 'digest',
      token68: null,
      params: [{ name: 'x', value, quoted: false }],
    });
    expect(serializeAuth(param('a b'))).toBe('Digest x="a b"');
    expect(serializeAuth(param(''))).toBe('Digest x=""');
    expect(() => serializeAuth(param('a\r\nb'))).toThrow();
  });
});
