import type { Clock } from '../../base/clock.ts';
import type { RefusalReason } from '../ports.ts';
import { type Source, type SourceLimits, Sources } from './sources.ts';
import { TokenBucket } from './tokenBucket.ts';

export interface AdmissionLimits extends SourceLimits {
  /** Calls at the same time. */
  readonly calls: number;
  /** New calls a second, over everybody. */
  readonly callsPerSecond: number;
}

export interface Refusal {
  readonly reason: RefusalReason;
  /** Seconds, spread so that the refused do not come back together. */
  readonly retryAfter: number;
}

/**
 * Whether one more call can be carried without harm to those in progress. Asked twice about a new call: before anything
 * is spent on it, and when it is known who calls. Nobody asks about what belongs to a call that is there already.
 */
export class Admission {
  private readonly all: TokenBucket;
  private readonly sources: Sources;
  draining = false;

  constructor(
    private readonly clock: Clock,
    private readonly limits: AdmissionLimits,
    private readonly overloaded: () => boolean,
    private readonly random: () => number = Math.random,
  ) {
    this.all = new TokenBucket(limits.callsPerSecond, clock.now());
    this.sources = new Sources(limits, clock.now());
  }

  /**
   * Nothing has been spent on it yet. A trunk's call uses up one of the trunk's; at an address there may be an extension
   * that has not proved it yet, and only `charge` says that there is none.
   */
  refuseUnseen(source: Source | { readonly kind: 'known' }): Refusal | undefined {
    const now = this.clock.now();
    if (this.draining) return this.because('draining');
    if (this.overloaded()) return this.because('overloaded');
    // Which extension calls is known in a moment, and `refuse` counts its calls.
    if (source.kind === 'known') return undefined;
    const welcome = source.kind === 'address' ? this.sources.has(source, now) : this.sources.take(source, now);
    return welcome ? undefined : this.because('tooManyFromSource');
  }

  /** Who calls from there was asked for a password, or refused. */
  charge(address: string): void {
    this.sources.take({ kind: 'address', address }, this.clock.now());
  }

  /** Somebody may call. What only concerns them comes first: whoever is refused for it takes nothing from the others. */
  refuse(callsNow: number, extension: string | undefined): Refusal | undefined {
    const now = this.clock.now();
    if (this.draining) return this.because('draining');
    if (callsNow >= this.limits.calls) return this.because('tooManyCalls');
    if (extension !== undefined && !this.sources.take({ kind: 'extension', number: extension }, now)) {
      return this.because('tooManyFromSource');
    }
    return this.all.take(now) ? undefined : this.because('tooManyNewCalls');
  }

  private because(reason: RefusalReason): Refusal {
    return { reason, retryAfter: 1 + Math.floor(this.random() * 5) };
  }
}
