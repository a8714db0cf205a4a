/**
 * Digest (RFC 7616, RFC 8760): what a right answer to a challenge is. With qop=auth, or in the form of RFC 2069, which has
 * no qop, cnonce and nc: door phones and analogue adapters still answer so, to MD5 alone (RFC 7616, §3.4.1 leaves a server
 * the choice). Such an answer can be repeated by anybody who has seen it: its nonce is good for one request.
 */
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
  /** As they came; undefined: the form of RFC 2069. */
  readonly counted: { readonly cnonce: string; readonly nc: string } | undefined;
}

/** Why credentials cannot even be looked at. */
export type Unusable = 'scheme' | 'malformed' | 'realm' | 'algorithm' | 'qop';

export type Read =
  | { readonly kind: 'none' }
  | { readonly kind: 'usable'; readonly credentials: Credentials }
  | { readonly kind: 'unusable'; readonly why: Unusable };

const hexCount = /^[0-9a-f]{1,8}$/i;
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

const read = (value: string, realm: string): Credentials | Unusable => {
  const auth = parseAuth(value);
  if (!auth.ok) return 'malformed';
  if (auth.value.scheme !== 'digest') return 'scheme';
  const get = (name: string): string | undefined => authParam(auth.value, name);
  if (get('realm') !== realm) return 'realm';
  const algorithm = algorithms.find(one => one.toLowerCase() === (get('algorithm') ?? 'MD5').toLowerCase());
  if (algorithm === undefined) return 'algorithm';
  const [username, nonce, uri, response] = [get('username'), get('nonce'), get('uri'), get('response')];
  if (username === undefined || nonce === undefined || uri === undefined || response === undefined) return 'malformed';
  const credentials = { algorithm, username, realm, nonce, uri, response: response.toLowerCase() };
  const qop = get('qop')?.toLowerCase();
  if (qop === undefined && algorithm === 'MD5') return { ...credentials, counted: undefined };
  if (qop !== 'auth') return 'qop';
  const [cnonce, nc] = [get('cnonce'), get('nc')];
  if (cnonce === undefined || nc === undefined || !hexCount.test(nc)) return 'malformed';
  return { ...credentials, counted: { cnonce, nc } };
};

const none: Read = { kind: 'none' };
const mostRead = 4;

/** The credentials for our realm, of the best algorithm; where there are none that we take, why not. */
export const readCredentials = (authorization: string | undefined, realm: string): Read => {
  if (authorization === undefined) return none;
  let best: Credentials | undefined;
  let why: Unusable | undefined;
  for (const one of separate(authorization).slice(0, mostRead)) {
    const credentials = read(one, realm);
    // Whatever is wrong with ours says more than that there is something for another realm.
    if (typeof credentials === 'string') why = why === undefined || why === 'realm' ? credentials : why;
    else if (best === undefined || (best.algorithm === 'MD5' && credentials.algorithm !== 'MD5')) best = credentials;
  }
  if (best !== undefined) return { kind: 'usable', credentials: best };
  return why === undefined ? none : { kind: 'unusable', why };
};

/** The response that proves the secret (RFC 7616, §3.4.1; RFC 2069, §2.1.2). */
export const digestResponse = (credentials: Omit<Credentials, 'response'>, method: string, secret: string): string => {
  const { algorithm, username, realm, nonce, uri, counted } = credentials;
  const hash = (text: string): string => createHash(hashName[algorithm]).update(text).digest('hex');
  const a1 = hash(`${username}:${realm}:${secret}`);
  const a2 = hash(`${method}:${uri}`);
  if (counted === undefined) return hash(`${a1}:${nonce}:${a2}`);
  return hash(`${a1}:${nonce}:${counted.nc}:${counted.cnonce}:auth:${a2}`);
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
