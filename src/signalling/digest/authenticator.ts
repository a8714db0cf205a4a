/**
 * Who a request comes from. A stranger learns nothing from the answers: an extension that does not exist is refused as
 * a wrong secret is, after the same work.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { parseUri, type Uri } from '../text/grammar.ts';
import { type Algorithm, type Credentials, challenges, proves, readCredentials } from './digest.ts';
import { Failures } from './failures.ts';
import { Nonces } from './nonce.ts';
import { type Asking, Offered } from './offered.ts';

export type Verdict =
  | { readonly kind: 'authenticated'; readonly user: string }
  /** 401 with these values of WWW-Authenticate. */
  | { readonly kind: 'challenge'; readonly challenges: readonly string[] }
  /** 403. */
  | { readonly kind: 'refused'; readonly why: 'wrongSecret' | 'tooManyFailures' };

export interface ToAuthenticate extends Asking {
  readonly method: string;
  readonly uri: string;
  readonly authorization: string | undefined;
}

export interface AuthenticatorOptions {
  readonly clock: Clock;
  readonly realm: string;
  secret(user: string): string | undefined;
}

const longestUser = 64;
const nonceLifetime = 5 * 60_000;
const minute = 60_000;
/** One phone with a wrong password, retrying. */
const perUser = { most: 10, window: minute };
/** A scanner; or an office of phones behind one address, whose password was changed all at once. */
const perSource = { most: 60, window: minute };

export class Authenticator {
  private readonly nonces = new Nonces(nonceLifetime);
  private readonly userFailures = new Failures(perUser);
  private readonly sourceFailures = new Failures(perSource);
  private readonly offered: Offered;
  private readonly nobodysSecret = randomBytes(16).toString('hex');

  constructor(private readonly options: AuthenticatorOptions) {
    this.offered = new Offered(options.clock);
  }

  check(request: ToAuthenticate): Verdict {
    const now = this.options.clock.now();
    if (this.sourceFailures.tooMany(request.source, now)) return { kind: 'refused', why: 'tooManyFailures' };
    const credentials = readCredentials(request.authorization, this.options.realm);
    if (credentials === undefined) return this.challenge(request, undefined);
    const count = Number.parseInt(credentials.nc, 16);
    const verdict = this.nonces.judge(credentials.nonce, count, now);
    // Somebody else's nonce is no mistake of the phone's: another realm's, or ours from before a restart.
    if (verdict !== 'fresh') return this.challenge(request, credentials);
    const key = `${request.source} ${credentials.username.slice(0, longestUser)}`;
    if (this.userFailures.tooMany(key, now)) {
      this.offered.answered(request, undefined);
      return { kind: 'refused', why: 'tooManyFailures' };
    }
    const right = this.isRight(credentials, request);
    this.offered.answered(request, right ? credentials.algorithm : undefined);
    if (!right) {
      this.userFailures.count(key, now);
      this.sourceFailures.count(request.source, now);
      return { kind: 'refused', why: 'wrongSecret' };
    }
    this.nonces.use(credentials.nonce, count, now);
    this.userFailures.forget(key);
    return { kind: 'authenticated', user: credentials.username };
  }

  private isRight(credentials: Credentials, request: ToAuthenticate): boolean {
    const secret = this.options.secret(credentials.username);
    const proven = proves(credentials, request.method, secret ?? this.nobodysSecret);
    return proven && secret !== undefined && sameTarget(credentials.uri, request.uri);
  }

  private challenge(request: ToAuthenticate, outdated: Credentials | undefined): Verdict {
    const nonce = this.nonces.issue(this.options.clock.now());
    // Who answers by MD5 has been given no choice, or knows no other: it is not to stumble over one now.
    const offered: readonly Algorithm[] = outdated?.algorithm === 'MD5' ? ['MD5'] : this.offered.to(request);
    return { kind: 'challenge', challenges: challenges(this.options.realm, nonce, outdated !== undefined, offered) };
  }
}

/** RFC 7616, §3.4.6: credentials are for one request. Phones differ in the parameters that they repeat. */
const sameTarget = (signed: string, requested: string): boolean => {
  if (signed === requested) return true;
  const [a, b] = [parseUri(signed), parseUri(requested)];
  return a.ok && b.ok && bare(a.value) === bare(b.value);
};

const bare = (uri: Uri): string => {
  switch (uri.kind) {
    case 'sip':
      return `${uri.user ?? ''}@${uri.host.toLowerCase()}:${uri.port ?? ''}`;
    case 'tel':
      return `tel:${uri.number}`;
    default:
      return `${uri.scheme}:${uri.rest}`;
  }
};
