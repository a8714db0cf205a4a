/**
 * Who a request comes from. A stranger learns nothing from the answers: an extension that does not exist is refused as
 * a wrong secret is, after the same work.
 */
import { randomBytes } from 'node:crypto';
import type { Clock, Duration } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { networkOf } from '../../base/network.ts';
import { Complaints, type Reason } from './complaints.ts';
import { type Algorithm, type Credentials, challenges, proves, readCredentials } from './digest.ts';
import { type Guesser, Guesses, patience } from './guesses.ts';
import { Nonces } from './nonce.ts';
import { type Asking, Offered } from './offered.ts';
import { sameTarget } from './sameTarget.ts';

export type Verdict =
  | { readonly kind: 'authenticated'; readonly user: string }
  /** 401 with these values of WWW-Authenticate. */
  | { readonly kind: 'challenge'; readonly challenges: readonly string[] }
  /** 403, not before `after`. */
  | { readonly kind: 'refused'; readonly after: Duration };

export interface ToAuthenticate extends Asking {
  readonly method: string;
  readonly uri: string;
  readonly port: number;
  readonly authorization: string | undefined;
}

export interface AuthenticatorOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly realm: string;
  secret(user: string): string | undefined;
}

const nonceLifetime = 5 * 60_000;
/** Of a nonce that was answered in the form of RFC 2069: no second answer has a count above it. */
const everyCount = Number.MAX_SAFE_INTEGER;

export class Authenticator {
  private readonly nonces = new Nonces(nonceLifetime);
  private readonly guesses = new Guesses();
  private readonly offered: Offered;
  private readonly complaints: Complaints;
  private readonly nobodysSecret = randomBytes(16).toString('hex');

  constructor(private readonly options: AuthenticatorOptions) {
    this.offered = new Offered(options.clock);
    this.complaints = new Complaints(options.clock, options.log);
  }

  /** Whether an extension has proved itself at that address, or in that network, lately. */
  knows(source: string): boolean {
    return this.guesses.knows(source, this.options.clock.now());
  }

  check(request: ToAuthenticate): Verdict {
    const now = this.options.clock.now();
    const read = readCredentials(request.authorization, this.options.realm);
    if (read.kind === 'none') return this.challenge(request, undefined);
    if (read.kind === 'unusable') {
      this.complain(request, request.claimed, read.why);
      return this.challenge(request, undefined);
    }
    const { credentials } = read;
    const { counted } = credentials;
    const count = counted === undefined ? 1 : Number.parseInt(counted.nc, 16);
    const verdict = this.nonces.judge(credentials.nonce, networkOf(request.source), count, now);
    // Somebody else's nonce is no mistake of the phone's: another realm's, or ours from before a restart.
    if (verdict !== 'fresh') {
      this.complain(request, credentials.username, verdict === 'stale' ? 'staleNonce' : 'foreignNonce');
      return this.challenge(request, credentials);
    }
    const guesser: Guesser = { source: request.source, port: request.port, user: credentials.username };
    const leave = this.guesses.leave(guesser, now);
    const wrong = leave === 'refuse' ? 'tooManyFailures' : this.whatIsWrong(credentials, request);
    this.offered.answered(request, wrong === undefined ? credentials.algorithm : undefined);
    if (wrong !== undefined) {
      this.guesses.wrong(guesser, now);
      this.complain(request, credentials.username, wrong, credentials);
      return { kind: 'refused', after: leave === 'wait' ? patience : 0 };
    }
    this.nonces.use(credentials.nonce, counted === undefined ? everyCount : count, now);
    this.guesses.right(guesser, now);
    this.complaints.settled(request.source, credentials.username);
    return { kind: 'authenticated', user: credentials.username };
  }

  /** For the log: `user` has proved who it is, and is not let in all the same. */
  complain(request: ToAuthenticate, user: string, reason: Reason, credentials?: Credentials): void {
    const { method, source, userAgent, uri } = request;
    const uris =
      reason === 'otherUri' && credentials !== undefined ? { signed: credentials.uri, requested: uri } : undefined;
    this.complaints.tell({ reason, method, source, user, userAgent, ...(uris === undefined ? {} : { uris }) });
  }

  /** The same work whatever it is. */
  private whatIsWrong(credentials: Credentials, request: ToAuthenticate): Reason | undefined {
    const secret = this.options.secret(credentials.username);
    const proven = proves(credentials, request.method, secret ?? this.nobodysSecret);
    if (secret === undefined) return 'unknownExtension';
    if (!proven) return 'wrongPassword';
    return sameTarget(credentials.uri, request.uri) ? undefined : 'otherUri';
  }

  private challenge(request: ToAuthenticate, outdated: Credentials | undefined): Verdict {
    const nonce = this.nonces.issue(networkOf(request.source), this.options.clock.now());
    // Who answers by MD5 has been given no choice, or knows no other: it is not to stumble over one now.
    const offered: readonly Algorithm[] = outdated?.algorithm === 'MD5' ? ['MD5'] : this.offered.to(request);
    return { kind: 'challenge', challenges: challenges(this.options.realm, nonce, outdated !== undefined, offered) };
  }
}
