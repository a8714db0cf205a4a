/**
 * Nonces that need no memory until somebody has used one: the time of issue and some randomness, signed together with
 * whom it was issued to. Who forges the address of a datagram does not see our challenge, and has no nonce for it. Only the
 * counts of nonces that authenticated somebody are kept, until the nonce expires (RFC 7616, §3.3, §5.4).
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Duration, Instant } from '../../base/clock.ts';

/**
 * `stale`: ours, but too old or its count was used: the same credentials with a new nonce will do. `foreign`: not ours, of
 * a process before this one, or issued to somebody else.
 */
export type NonceVerdict = 'fresh' | 'stale' | 'foreign';

const timeBytes = 6;
const saltBytes = 8;
const signatureBytes = 16;
const nonceBytes = timeBytes + saltBytes + signatureBytes;

export class Nonces {
  private readonly key = randomBytes(32);
  /** The highest count seen of each nonce, in the order of first use. */
  private readonly counts = new Map<string, { count: number; readonly expiresAt: Instant }>();

  constructor(private readonly lifetime: Duration) {}

  /** How many nonces are remembered. */
  get size(): number {
    return this.counts.size;
  }

  /** `holder`: whom it is for, any text. */
  issue(holder: string, now: Instant): string {
    const bytes = Buffer.alloc(nonceBytes);
    bytes.writeUIntBE(Math.floor(now), 0, timeBytes);
    randomBytes(saltBytes).copy(bytes, timeBytes);
    this.sign(bytes, holder).copy(bytes, timeBytes + saltBytes);
    return bytes.toString('base64url');
  }

  /** Does not count as a use. */
  judge(nonce: string, holder: string, count: number, now: Instant): NonceVerdict {
    if (nonce.length !== Math.ceil((nonceBytes * 4) / 3)) return 'foreign';
    const bytes = Buffer.from(nonce, 'base64url');
    // Node reads `+` for `-`, too: one nonce has one spelling here.
    if (bytes.length !== nonceBytes || bytes.toString('base64url') !== nonce) return 'foreign';
    if (!timingSafeEqual(bytes.subarray(timeBytes + saltBytes), this.sign(bytes, holder))) return 'foreign';
    const issuedAt = bytes.readUIntBE(0, timeBytes);
    if (now >= issuedAt + this.lifetime) return 'stale';
    return count > (this.counts.get(nonce)?.count ?? 0) ? 'fresh' : 'stale';
  }

  /** From now on this count, and any below it, is a replay. */
  use(nonce: string, count: number, now: Instant): void {
    const known = this.counts.get(nonce);
    if (known !== undefined) {
      known.count = Math.max(known.count, count);
      return;
    }
    for (const [old, { expiresAt }] of this.counts) {
      if (expiresAt > now) break;
      this.counts.delete(old);
    }
    this.counts.set(nonce, { count, expiresAt: now + this.lifetime });
  }

  private sign(bytes: Buffer, holder: string): Buffer {
    const signed = bytes.subarray(0, timeBytes + saltBytes);
    return createHmac('sha256', this.key).update(signed).update(holder).digest().subarray(0, signatureBytes);
  }
}
