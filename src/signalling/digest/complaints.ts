/**
 * Why somebody is not let in, for the log: on the wire they all get the same answer. How much is written is never a
 * stranger's choice: each network and reason once in a while, and all of them together a few lines a minute.
 */
import type { Clock, Duration, Instant } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { LogBudget } from '../../base/logBudget.ts';
import { networkOf } from '../../base/network.ts';
import { cleanText } from '../text/clean.ts';
import type { Unusable } from './digest.ts';
import { remember } from './remember.ts';

export type Reason =
  | Unusable
  | 'wrongPassword'
  | 'unknownExtension'
  | 'otherUri'
  | 'staleNonce'
  | 'foreignNonce'
  | 'otherExtension'
  | 'tooManyFailures';

const explained: Readonly<Record<Reason, string>> = {
  scheme: 'the credentials are no Digest',
  malformed: 'the credentials are malformed',
  realm: 'the credentials are for another realm',
  algorithm: 'the credentials use an algorithm that was not offered',
  qop: 'the credentials use a quality of protection that was not offered',
  wrongPassword: 'the password is wrong',
  unknownExtension: 'there is no such extension',
  otherUri: 'the credentials are for another Request-URI',
  staleNonce: 'the nonce is too old, or its count was used',
  foreignNonce: 'the nonce was not issued by this process to this address',
  otherExtension: 'the password is right, but From or To names another extension',
  tooManyFailures: 'too many wrong passwords from this network',
};

/** Answered by another challenge: a phone does better with it, and only one that never does is worth a line. */
const usual: ReadonlySet<Reason> = new Set(['realm', 'staleNonce', 'foreignNonce']);
const worthALine = 3;

const sameAgainAfter: Duration = 10 * 60_000;
/** 20 at once, then 12 a minute. */
const rate = { perSecond: 0.2, burst: 20 };

/** Octets. */
const longestName = 64;
const longestUri = 128;

export interface Complaint {
  readonly reason: Reason;
  readonly method: string;
  readonly source: string;
  readonly user: string;
  readonly userAgent: string | undefined;
  /** With `otherUri`: what was signed, and what was asked for. */
  readonly uris?: { readonly signed: string; readonly requested: string };
}

export class Complaints {
  private readonly told = new Map<string, Instant>();
  /** How often somebody was challenged again in a row. */
  private readonly again = new Map<string, number>();
  private readonly budget: LogBudget;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.budget = new LogBudget(clock, rate);
  }

  tell(complaint: Complaint): void {
    const { reason, method, source, user, userAgent, uris } = complaint;
    if (usual.has(reason) && this.countAgain(source, user) < worthALine) return;
    const key = `${networkOf(source)} ${reason}`;
    const now = this.clock.now();
    const before = this.told.get(key);
    if (before !== undefined && now - before < sameAgainAfter) return;
    const suppressed = this.budget.spend();
    if (suppressed === undefined) return;
    remember(this.told, key, now);
    this.log.warn(
      {
        method: cleanText(method, longestName),
        source,
        extension: cleanText(user, longestName),
        reason,
        ...(userAgent === undefined ? {} : { userAgent: cleanText(userAgent, longestName) }),
        ...(uris === undefined
          ? {}
          : { signed: cleanText(uris.signed, longestUri), requested: cleanText(uris.requested, longestUri) }),
        suppressed,
      },
      `not let in: ${explained[reason]}`,
    );
  }

  /** They were let in. */
  settled(source: string, user: string): void {
    this.again.delete(`${networkOf(source)} ${user}`);
  }

  private countAgain(source: string, user: string): number {
    const key = `${networkOf(source)} ${user.slice(0, longestName)}`;
    const count = (this.again.get(key) ?? 0) + 1;
    remember(this.again, key, count);
    return count;
  }
}
