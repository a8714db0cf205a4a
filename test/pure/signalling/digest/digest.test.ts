import { createHash } from 'node:crypto';
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
  counted: { cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ', nc: '00000001' },
};
/** What is taken of a header, or why nothing is. */
const usable = (authorization: string | undefined, realm = example.realm) => {
  const read = readCredentials(authorization, realm);
  return read.kind === 'usable' ? read.credentials : read.kind === 'none' ? undefined : read.why;
};
const taken = (authorization: string | undefined) => {
  const credentials = usable(authorization);
  if (typeof credentials !== 'object') throw new Error(`not read: ${credentials}`);
  return credentials;
};
const sha256 = '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1';

describe('digest', () => {
  test('the responses of RFC 7616, §3.9.1', () => {
    const response = (algorithm: 'MD5' | 'SHA-256') =>
      digestResponse({ ...example, algorithm }, 'GET', 'Circle of Life');
    expect(response('MD5')).toBe('8ca523f5e9506fed4657c9700eebdbec');
    expect(response('SHA-256')).toBe(sha256);
  });

  const header = (changes: Record<string, string | undefined> = {}): string => {
    const { username, realm, nonce, uri, counted } = example;
    const all = {
      username,
      realm,
      uri,
      algorithm: 'SHA-256',
      nonce,
      ...counted,
      qop: 'auth',
      response: sha256,
      ...changes,
    };
    const bare = new Set(['algorithm', 'nc', 'qop']);
    const params = Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => (bare.has(name) ? `${name}=${value}` : `${name}="${value}"`));
    return `Digest ${params.join(', ')}`;
  };

  test('a right answer proves the secret, a wrong one, a cut one and one to another method do not', () => {
    const credentials = taken(header());
    expect(proves(credentials, 'GET', 'Circle of Life')).toBe(true);
    expect(proves({ ...credentials, response: sha256.toUpperCase() }, 'GET', 'Circle of Life')).toBe(false);
    expect(taken(header({ response: sha256.toUpperCase() })).response).toBe(sha256);
    expect(proves(credentials, 'GET', 'circle of life')).toBe(false);
    expect(proves(credentials, 'POST', 'Circle of Life')).toBe(false);
    expect(proves({ ...credentials, response: sha256.slice(1) }, 'GET', 'Circle of Life')).toBe(false);
    expect(proves({ ...credentials, response: '' }, 'GET', 'Circle of Life')).toBe(false);
  });

  test.each([
    ['another realm', 'realm', { realm: 'elsewhere' }],
    ['an empty qop', 'malformed', { qop: '' }],
    ['auth-int', 'qop', { qop: 'auth-int' }],
    ['a session algorithm', 'algorithm', { algorithm: 'MD5-sess' }],
    ['an algorithm that nobody knows', 'algorithm', { algorithm: 'ROT13' }],
    ['a count that is none', 'malformed', { nc: 'x' }],
    ['no response', 'malformed', { response: undefined }],
    ['SHA-256 without a qop', 'qop', { qop: undefined }],
  ])('credentials with %s are none, and it is known why', (_, why, changes) => {
    expect(usable(header(changes))).toBe(why);
  });

  test('the form of RFC 2069, for MD5', () => {
    // MD5(MD5("Mufasa:…:Circle of Life"):nonce:MD5("GET:/dir/index.html")), by md5sum.
    const response = createHash('md5')
      .update(
        [
          createHash('md5').update(`Mufasa:${example.realm}:Circle of Life`).digest('hex'),
          example.nonce,
          createHash('md5').update('GET:/dir/index.html').digest('hex'),
        ].join(':'),
      )
      .digest('hex');
    const silent = { qop: undefined, cnonce: undefined, nc: undefined, response };
    for (const algorithm of ['MD5', undefined]) {
      const credentials = taken(header({ ...silent, algorithm }));
      expect(credentials.counted).toBeUndefined();
      expect(proves(credentials, 'GET', 'Circle of Life')).toBe(true);
      expect(proves(credentials, 'GET', 'another')).toBe(false);
      expect(proves(credentials, 'POST', 'Circle of Life')).toBe(false);
    }
  });

  test('of several, ours, and the better one; a comma in a quoted string separates nothing', () => {
    const other = header({ realm: 'elsewhere, Digest realm' });
    const md5 = header({ algorithm: 'MD5', response: '8ca523f5e9506fed4657c9700eebdbec' });
    expect(taken(`${other},${md5},${header()}`).algorithm).toBe('SHA-256');
    expect(taken(`${other}, ${md5}`).algorithm).toBe('MD5');
    expect(usable(other)).toBe('realm');
    expect(usable(`${other}, ${header({ algorithm: 'X' })}`)).toBe('algorithm');
    expect(usable(undefined)).toBeUndefined();
    expect(usable('Basic YTpi')).toBe('scheme');
    expect(usable('Digest')).toBe('malformed');
  });

  test('an algorithm that is not said is MD5 (RFC 7616, §3.3)', () => {
    expect(taken(header({ algorithm: undefined })).algorithm).toBe('MD5');
  });

  test('challenges say what they are', () => {
    expect(challenges('r', 'n', true, ['SHA-256', 'MD5'])).toEqual([
      'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256, stale=true',
      'Digest realm="r", nonce="n", qop="auth", algorithm=MD5, stale=true',
    ]);
  });
});

describe('nonces', () => {
  const holder = '192.0.2.1';
  const now = Date.UTC(2026, 0, 5);

  test('are fresh until they expire, each count once', () => {
    const nonces = new Nonces(300_000);
    const nonce = nonces.issue(holder, now);
    expect(nonce).not.toBe(nonces.issue(holder, now));
    expect(nonces.judge(nonce, holder, 1, now)).toBe('fresh');
    expect(nonces.judge(nonce, holder, 1, now)).toBe('fresh');
    nonces.use(nonce, 1, now);
    expect(nonces.judge(nonce, holder, 1, now)).toBe('stale');
    expect(nonces.judge(nonce, holder, 3, now)).toBe('fresh');
    nonces.use(nonce, 3, now);
    expect(nonces.judge(nonce, holder, 2, now)).toBe('stale');
    expect(nonces.judge(nonce, holder, 4, now + 299_999)).toBe('fresh');
    expect(nonces.judge(nonce, holder, 4, now + 300_000)).toBe('stale');
    expect(nonces.judge(nonce, holder, 0, now)).toBe('stale');
  });

  test('of others are foreign, and so are ours with a bit turned', () => {
    const nonces = new Nonces(300_000);
    const nonce = nonces.issue(holder, now);
    expect(new Nonces(300_000).judge(nonce, holder, 1, now)).toBe('foreign');
    for (let i = 0; i < nonce.length; i++) {
      const turned = nonce.slice(0, i) + (nonce[i] === 'A' ? 'B' : 'A') + nonce.slice(i + 1);
      // The last character holds bits that belong to no byte.
      if (Buffer.from(turned, 'base64url').equals(Buffer.from(nonce, 'base64url'))) continue;
      expect(nonces.judge(turned, holder, 1, now)).toBe('foreign');
    }
    for (const text of ['', 'x', nonce + nonce, `${nonce.slice(1)}!`])
      expect(nonces.judge(text, holder, 1, now)).toBe('foreign');
  });

  test('of somebody else are foreign, and so are other spellings', () => {
    const nonces = new Nonces(300_000);
    expect(nonces.judge(nonces.issue('192.0.2.2', now), holder, 1, now)).toBe('foreign');
    for (;;) {
      const nonce = nonces.issue(holder, now);
      const spelt = nonce.replaceAll('-', '+').replaceAll('_', '/');
      if (spelt === nonce) continue;
      expect(nonces.judge(spelt, holder, 1, now)).toBe('foreign');
      break;
    }
  });

  test('are forgotten when they have expired', () => {
    const nonces = new Nonces(300_000);
    for (let i = 0; i < 5; i++) nonces.use(nonces.issue(holder, now + i), 1, now + i);
    expect(nonces.size).toBe(5);
    nonces.use(nonces.issue(holder, now + 400_000), 1, now + 400_000);
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
