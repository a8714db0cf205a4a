/**
 * Nonces that need no memory until somebody has used one: the time of issue and some randomness, signed. Only the
 * counts of nonces that authenticated somebody are kept, until the nonce expires (RFC 7616, §3.3, §5.4).
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Duration, Instant } from '../../base/clock.ts';

/** `stale`: ours, but too old or its count was used: the same credentials with a new nonce will do. */
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

  issue(now: Instant): string {
    const bytes = Buffer.alloc(nonceBytes);
    bytes.writeUIntBE(Math.floor(now), 0, timeBytes);
    randomBytes(saltBytes).copy(bytes, timeBytes);
    this.sign(bytes).copy(bytes, timeBytes + saltBytes);
    return bytes.toString('base64url');
  }

  /** Does not count as a use. */
  judge(nonce: string, count: number, now: Instant): NonceVerdict {
    if (nonce.length !== Math.ceil((nonceBytes * 4) / 3)) return 'foreign';
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== nonceBytes) return 'foreign';
    if (!timingSafeEqual(bytes.subarray(timeBytes + saltBytes), this.sign(bytes))) return 'foreign';
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

  private sign(bytes: Buffer): Buffer {
    const signed = bytes.subarray(0, timeBytes + saltBytes);
    return createHmac('sha256', this.key).update(signed).digest().subarray(0, signatureBytes);
  }
}
