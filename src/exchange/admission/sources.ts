import type { Duration, Instant } from '../../base/clock.ts';
import { networkOf } from '../../base/network.ts';
import { own } from '../../base/own.ts';
import { TokenBucket } from './tokenBucket.ts';

/** Where a new call comes from: who has proved to be somebody, or the address of who has not (yet). */
export type Source =
  | { readonly kind: 'trunk'; readonly name: string }
  | { readonly kind: 'extension'; readonly number: string }
  | { readonly kind: 'address'; readonly address: string };

export interface SourceLimits {
  /** New calls a second of one source. */
  readonly callsPerSecondPerSource: number;
  /** Of trunks that have a limit of their own, by name. */
  readonly trunkCallsPerSecond?: Readonly<Record<string, number>>;
}

/** Addresses of strangers that are remembered at once. */
const mostStrangers = 10_000;
/** In which every bucket has filled up again: who was not charged for so long may be forgotten, and nothing changes for them. */
const fillsWithin: Duration = 1_000;

/**
 * How many new calls each source may begin: a token bucket for each. Trunks and extensions are as many as the settings
 * and the dialplan name; strangers are as many as somebody cares to forge, and only so many of them are remembered.
 * Those beyond share one bucket, so that nobody gets a fresh one by pushing the others out.
 */
export class Sources {
  private readonly known = new Map<string, TokenBucket>();
  /** Strangers who were charged since `turnedAt`, and those who were last charged in the time before. */
  private recent = new Map<string, TokenBucket>();
  private earlier = new Map<string, TokenBucket>();
  private turnedAt: Instant;
  private readonly beyond: TokenBucket;

  constructor(
    private readonly limits: SourceLimits,
    now: Instant,
    private readonly most = mostStrangers,
  ) {
    this.beyond = new TokenBucket(limits.callsPerSecondPerSource, now);
    this.turnedAt = now;
  }

  /** Whether `take` would succeed. */
  has(source: Source, now: Instant): boolean {
    if (source.kind !== 'address') return this.bucketOf(source, now).has(now);
    const stranger = this.strangerAt(networkOf(source.address), now);
    return stranger === undefined || stranger.has(now);
  }

  take(source: Source, now: Instant): boolean {
    if (source.kind !== 'address') return this.bucketOf(source, now).take(now);
    return this.chargeable(networkOf(source.address), now).take(now);
  }

  /** How many strangers are remembered. */
  get remembered(): number {
    return this.recent.size + this.earlier.size;
  }

  private bucketOf(source: Exclude<Source, { kind: 'address' }>, now: Instant): TokenBucket {
    const key = source.kind === 'trunk' ? `trunk ${source.name}` : `extension ${source.number}`;
    const { callsPerSecondPerSource: usual, trunkCallsPerSecond: trunks = {} } = this.limits;
    const limit = source.kind === 'trunk' ? own(trunks, source.name) : undefined;
    const bucket = this.known.get(key) ?? new TokenBucket(limit ?? usual, now);
    this.known.set(key, bucket);
    return bucket;
  }

  /** Undefined: nobody remembers them, and there is room for one more. */
  private strangerAt(network: string, now: Instant): TokenBucket | undefined {
    if (now - this.turnedAt >= fillsWithin) {
      this.earlier = this.recent;
      this.recent = new Map();
      this.turnedAt = now;
    }
    const known = this.recent.get(network) ?? this.earlier.get(network);
    return known ?? (this.remembered < this.most ? undefined : this.beyond);
  }

  private chargeable(network: string, now: Instant): TokenBucket {
    const bucket = this.strangerAt(network, now) ?? new TokenBucket(this.limits.callsPerSecondPerSource, now);
    if (bucket !== this.beyond) {
      this.earlier.delete(network);
      this.recent.set(network, bucket);
    }
    return bucket;
  }
}
