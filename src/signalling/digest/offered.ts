/**
 * Which algorithms a challenge offers. Both, the better one first (RFC 8760, §2.4); but a phone that was built before
 * that RFC may give up at the first algorithm that it does not know, although RFC 3261 already told it to pass such a
 * challenge over. It is never heard of again, and its owner sees "registration failed". Such a phone is asked for MD5
 * alone. We know it by its name, or by what it did: it was challenged, it said nothing, and a while later it began anew.
 *
 * What this costs: MD5 alone is also what a phone that knows SHA-256 would be asked for, where it looked like one of
 * those: a passive listener then records an MD5 response in place of a SHA-256 one. He gains next to nothing, as either
 * is one fast hash over the password, which is why ours are drawn at random. An active attacker gains nothing at all:
 * he can take the better challenge out of a response by himself, and we take MD5 from anybody.
 */
import type { Clock, Duration, Instant } from '../../base/clock.ts';
import { type Algorithm, algorithms } from './digest.ts';
import { remember } from './remember.ts';

export interface Asking {
  /** The address that the request came from. */
  readonly source: string;
  /** Whom it claims to be from: nothing of this is proven. */
  readonly claimed: string;
  readonly userAgent: string | undefined;
}

/** How phones call themselves that are known to stop at an algorithm which they do not know. */
const stopping: readonly RegExp[] = [
  // libre before SHA-256 came to it in 2024 (baresip/re#1103); whatever the order of the challenges.
  /^baresip v(?:[0-2]|3\.(?:\d|1[01]))\.\d/,
  // pjsip before it learned to pass over a challenge in 2020 (pjsip/pjproject#2408).
  /^PJSUA v(?:1|2\.(?:\d|10))(?:\.\d|[^.\d]|$)/,
];

const md5Alone: readonly Algorithm[] = ['MD5'];

/** A phone answers a challenge at once; one that takes longer and then asks anew has given up. */
const givenUpAfter: Duration = 3_000;
/** Phones that could not register try again within this time. */
const comesAgainWithin: Duration = 60 * 60_000;
/** After it was last heard of; a phone registers at least every hour. */
const knownFor: Duration = 24 * 60 * 60_000;

interface Unanswered {
  /** When it was first challenged. */
  readonly since: Instant;
  /** It has given up, come again, and been asked for MD5 alone. */
  cameAgain: boolean;
}

export class Offered {
  /** Strangers fill it: the oldest are forgotten. */
  private readonly unanswered = new Map<string, Unanswered>();
  /** Phones that answered MD5 alone, after they had given up at the choice, and when: only a password gets in here. */
  private readonly plain = new Map<string, Instant>();

  constructor(private readonly clock: Clock) {}

  /** The algorithms of the challenge that this request is about to get. */
  to(asking: Asking): readonly Algorithm[] {
    const { userAgent } = asking;
    if (userAgent !== undefined && stopping.some(name => name.test(userAgent))) return md5Alone;
    const now = this.clock.now();
    const key = keyOf(asking);
    const plainSince = this.plain.get(key);
    if (plainSince !== undefined && now - plainSince < knownFor) return md5Alone;
    const before = this.unanswered.get(key);
    if (before === undefined || now - before.since >= comesAgainWithin) {
      remember(this.unanswered, key, { since: now, cameAgain: false });
      return algorithms;
    }
    if (now - before.since < givenUpAfter) return algorithms;
    before.cameAgain = true;
    return md5Alone;
  }

  /** It has answered a challenge, rightly (`by` that algorithm) or not. */
  answered(asking: Asking, by: Algorithm | undefined): void {
    const key = keyOf(asking);
    const hadGivenUp = this.unanswered.get(key)?.cameAgain === true;
    this.unanswered.delete(key);
    if (by === 'SHA-256') this.plain.delete(key);
    else if (by === 'MD5' && (hadGivenUp || this.plain.has(key))) remember(this.plain, key, this.clock.now());
  }
}

const keyOf = ({ source, claimed }: Asking): string => `${source} ${claimed.slice(0, 64)}`;
