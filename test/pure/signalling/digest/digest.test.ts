import { describe, expect, test } from 'vitest';
import { challenges, digestResponse, proves, readCredentials } from '../../../../src/signalling/digest/digest.ts';
import { Failures } from '../../../../src/signalling/digest/failures.ts';
import { Nonces } from '../../../../src/signalling/digest/nonce.ts';

/** RFC 7616, §3.9.1. */
const example = {
  username: 'Mufasa',
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  nc: '00000001',
};
const sha256 = '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1';

describe('digest', () => {
  test('the responses of RFC 7616, §3.9.1', () => {
    const response = (algorithm: 'MD5' | 'SHA-256') =>
      digestResponse({ ...example, algorithm }, 'GET', 'Circle of Life');
    expect(response('MD5')).toBe('8ca523f5e9506fed4657c9700eebdbec');
    expect(response('SHA-256')).toBe(sha256);
  });

  const header = (changes: Record<string, string> = {}): string => {
    const { username, realm, nonce, uri, cnonce, nc } = example;
    const all = {
      username,
      realm,
      uri,
      algorithm: 'SHA-256',
      nonce,
      nc,
      cnonce,
      qop: 'auth',
      response: sha256,
      ...changes,
    };
    const bare = new Set(['algorithm', 'nc', 'qop']);
    const params = Object.entries(all).map(([name, value]) =>
      bare.has(name) ? `${name}=${value}` : `${name}="${value}"`,
    );
    return `Digest ${params.join(', ')}`;
  };

  test('a right answer proves the secret, a wrong one, a cut one and one to another method do not', () => {
    const credentials = readCredentials(header(), example.realm);
    if (credentials === undefined) throw new Error('not read');
    expect(proves(credentials, 'GET', 'Circle of Life')).toBe(true);
    expect(proves({ ...credentials, response: sha256.toUpperCase() }, 'GET', 'Circle of Life')).toBe(false);
    expect(readCredentials(header({ response: sha256.toUpperCase() }), example.realm)?.response).toBe(sha256);
    expect(proves(credentials, 'GET', 'circle of life')).toBe(false);
    expect(proves(credentials, 'POST', 'Circle of Life')).toBe(false);
    expect(proves({ ...credentials, response: sha256.slice(1) }, 'GET', 'Circle of Life')).toBe(false);
    expect(proves({ ...credentials, response: '' }, 'GET', 'Circle of Life')).toBe(false);
  });

  test.each([
    ['another realm', { realm: 'elsewhere' }],
    ['no qop, which would leave replays open', { qop: '' }],
    ['auth-int', { qop: 'auth-int' }],
    ['a session algorithm', { algorithm: 'MD5-sess' }],
    ['an algorithm that nobody knows', { algorithm: 'ROT13' }],
    ['a count that is none', { nc: '1' }],
  ])('credentials with %s are none', (_, changes) => {
    expect(readCredentials(header(changes), example.realm)).toBeUndefined();
  });

  test('of several, ours, and the better one; a comma in a quoted string separates nothing', () => {
    const other = header({ realm: 'elsewhere, Digest realm' });
    const md5 = header({ algorithm: 'MD5', response: '8ca523f5e9506fed4657c9700eebdbec' });
    expect(readCredentials(`${other},${md5},${header()}`, example.realm)?.algorithm).toBe('SHA-256');
    expect(readCredentials(`${other}, ${md5}`, example.realm)?.algorithm).toBe('MD5');
    expect(readCredentials(other, example.realm)).toBeUndefined();
    expect(readCredentials(undefined, example.realm)).toBeUndefined();
    expect(readCredentials('Basic YTpi', example.realm)).toBeUndefined();
    expect(readCredentials('Digest', example.realm)).toBeUndefined();
  });

  test('an algorithm that is not said is MD5 (RFC 7616, §3.3)', () => {
    const silent = header().replace(' algorithm=SHA-256,', '');
    expect(readCredentials(silent, example.realm)?.algorithm).toBe('MD5');
  });

  test('challenges say what they are', () => {
    expect(challenges('r', 'n', true, ['SHA-256', 'MD5'])).toEqual([
      'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256, stale=true',
      'Digest realm="r", nonce="n", qop="auth", algorithm=MD5, stale=true',
    ]);
  });
});

describe('nonces', () => {
  const now = Date.UTC(2026, 0, 5);

  test('are fresh until they expire, each count once', () => {
    const nonces = new Nonces(300_000);
    const nonce = nonces.issue(now);
    expect(nonce).not.toBe(nonces.issue(now));
    expect(nonces.judge(nonce, 1, now)).toBe('fresh');
    expect(nonces.judge(nonce, 1, now)).toBe('fresh');
    nonces.use(nonce, 1, now);
    expect(nonces.judge(nonce, 1, now)).toBe('stale');
    expect(nonces.judge(nonce, 3, now)).toBe('fresh');
    nonces.use(nonce, 3, now);
    expect(nonces.judge(nonce, 2, now)).toBe('stale');
    expect(nonces.judge(nonce, 4, now + 299_999)).toBe('fresh');
    expect(nonces.judge(nonce, 4, now + 300_000)).toBe('stale');
    expect(nonces.judge(nonce, 0, now)).toBe('stale');
  });

  test('of others are foreign, and so are ours with a bit turned', () => {
    const nonces = new Nonces(300_000);
    const nonce = nonces.issue(now);
    expect(new Nonces(300_000).judge(nonce, 1, now)).toBe('foreign');
    for (let i = 0; i < nonce.length; i++) {
      const turned = nonce.slice(0, i) + (nonce[i] === 'A' ? 'B' : 'A') + nonce.slice(i + 1);
      // The last character holds bits that belong to no byte.
      if (Buffer.from(turned, 'base64url').equals(Buffer.from(nonce, 'base64url'))) continue;
      expect(nonces.judge(turned, 1, now)).toBe('foreign');
    }
    for (const text of ['', 'x', nonce + nonce, `${nonce.slice(1)}!`])
      expect(nonces.judge(text, 1, now)).toBe('foreign');
  });

  test('are forgotten when they have expired', () => {
    const nonces = new Nonces(300_000);
    for (let i = 0; i < 5; i++) nonces.use(nonces.issue(now + i), 1, now + i);
    expect(nonces.size).toBe(5);
    nonces.use(nonces.issue(now + 400_000), 1, now + 400_000);
    expect(nonces.size).toBe(1);
  });
});

describe('failures', () => {
  test('are too many within their window alone', () => {
    const failures = new Failures({ most: 2, window: 1000 });
    failures.count('a', 0);
    expect(failures.tooMany('a', 1)).toBe(false);
    failures.count('a', 500);
    expect(failures.tooMany('a', 501)).toBe(true);
    expect(failures.tooMany('b', 501)).toBe(false);
    expect(failures.tooMany('a', 1000)).toBe(false);
    failures.count('a', 1000);
    expect(failures.tooMany('a', 1001)).toBe(false);
    failures.count('a', 1002);
    failures.forget('a');
    expect(failures.tooMany('a', 1003)).toBe(false);
  });

  test('of strangers push each other out', () => {
    const failures = new Failures({ most: 1, window: 1000 });
    failures.count('first', 0);
    for (let i = 0; i < 9_999; i++) failures.count(`s${i}`, 1);
    expect(failures.tooMany('first', 2)).toBe(true);
    failures.count('one more', 1);
    expect(failures.tooMany('first', 2)).toBe(false);
    expect(failures.tooMany('one more', 2)).toBe(true);
  });
});
