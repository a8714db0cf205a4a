import { createHash } from 'node:crypto';

export interface DigestUser {
  readonly user: string;
  readonly password: string;
}

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: string;
  readonly stale: boolean;
}

export const parseChallenge = (value: string): Challenge => {
  const get = (name: string): string => new RegExp(`${name}="?([^",]*)"?`, 'i').exec(value)?.[1] ?? '';
  return {
    realm: get('realm'),
    nonce: get('nonce'),
    algorithm: get('algorithm'),
    stale: get('stale').toLowerCase() === 'true',
  };
};

/** An Authorization, computed independently of the code under test (RFC 7616, §3.4). */
export const authorization = (
  challenge: Challenge,
  { user, password }: DigestUser,
  method: string,
  uri: string,
  count = 1,
): string => {
  const hash = (text: string): string =>
    createHash(challenge.algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const nc = count.toString(16).padStart(8, '0');
  const cnonce = 'f00dfeed';
  const a1 = hash(`${user}:${challenge.realm}:${password}`);
  const response = hash(`${a1}:${challenge.nonce}:${nc}:${cnonce}:auth:${hash(`${method}:${uri}`)}`);
  return (
    `Digest username="${user}", realm="${challenge.realm}", nonce="${challenge.nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=${challenge.algorithm}, qop=auth, nc=${nc}, cnonce="${cnonce}"`
  );
};
