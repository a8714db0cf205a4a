/** Digest (RFC 7616, RFC 8760) with qop=auth: what a right answer to a challenge is. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { authParam, parseAuth } from '../text/grammar.ts';
import { elementsOf } from '../text/list.ts';

/** In the order of preference, which is the order of the challenges (RFC 8760, §2.4). */
export const algorithms = ['SHA-256', 'MD5'] as const;
export type Algorithm = (typeof algorithms)[number];

const hashName: Readonly<Record<Algorithm, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };

export interface Credentials {
  readonly algorithm: Algorithm;
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly cnonce: string;
  /** As it came: eight hexadecimal digits. */
  readonly nc: string;
}

const hexCount = /^[0-9a-f]{8}$/i;
const startsCredentials = /^digest\s/i;

/**
 * Each `Authorization` stands alone on the wire (RFC 3261, §7.3.1), but drachtio-srf joins several by commas, and their
 * parameters are separated by commas as well.
 */
const separate = (value: string): string[] => {
  const separated: string[] = [];
  for (const element of elementsOf(value)) {
    const last = separated.length - 1;
    if (startsCredentials.test(element) || last < 0) separated.push(element);
    else separated[last] += `, ${element}`;
  }
  return separated;
};

const read = (value: string, realm: string): Credentials | undefined => {
  const auth = parseAuth(value);
  if (!auth.ok || auth.value.scheme !== 'digest') return undefined;
  const get = (name: string): string | undefined => authParam(auth.value, name);
  const algorithm = algorithms.find(one => one.toLowerCase() === (get('algorithm') ?? 'MD5').toLowerCase());
  const [username, nonce, uri, response] = [get('username'), get('nonce'), get('uri'), get('response')];
  const [cnonce, nc] = [get('cnonce'), get('nc')];
  if (algorithm === undefined || get('realm') !== realm || get('qop')?.toLowerCase() !== 'auth') return undefined;
  if (username === undefined || nonce === undefined || uri === undefined || response === undefined) return undefined;
  if (cnonce === undefined || nc === undefined || !hexCount.test(nc)) return undefined;
  return { algorithm, username, realm, nonce, uri, response: response.toLowerCase(), cnonce, nc };
};

/** The credentials for our realm, of the best algorithm; undefined where there are none that we take. */
export const readCredentials = (authorization: string | undefined, realm: string): Credentials | undefined => {
  if (authorization === undefined) return undefined;
  const usable = separate(authorization)
    .slice(0, 4)
    .map(one => read(one, realm))
    .filter(one => one !== undefined);
  return usable.find(one => one.algorithm === 'SHA-256') ?? usable[0];
};

/** The response that proves the secret (RFC 7616, §3.4.1). */
export const digestResponse = (credentials: Omit<Credentials, 'response'>, method: string, secret: string): string => {
  const { algorithm, username, realm, nonce, uri, cnonce, nc } = credentials;
  const hash = (text: string): string => createHash(hashName[algorithm]).update(text).digest('hex');
  const a1 = hash(`${username}:${realm}:${secret}`);
  const a2 = hash(`${method}:${uri}`);
  return hash(`${a1}:${nonce}:${nc}:${cnonce}:auth:${a2}`);
};

/** In constant time. */
export const proves = (credentials: Credentials, method: string, secret: string): boolean => {
  const expected = Buffer.from(digestResponse(credentials, method, secret));
  const given = Buffer.from(credentials.response);
  return expected.length === given.length && timingSafeEqual(expected, given);
};

/** One challenge for each algorithm, in their order. */
export const challenges = (realm: string, nonce: string, stale: boolean, offered: readonly Algorithm[]): string[] =>
  offered.map(
    algorithm =>
      `Digest realm="${realm}", nonce="${nonce}", qop="auth", algorithm=${algorithm}${stale ? ', stale=true' : ''}`,
  );
