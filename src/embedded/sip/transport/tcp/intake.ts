import type { Clock, Duration, Instant } from '../../../../base/clock.ts';
import { networkOf } from '../../../../base/network.ts';

interface Account {
  /** Bytes; below zero: read in advance. */
  left: number;
  at: Instant;
}

export interface IntakeLimits {
  /** Of all connections of one network. */
  readonly bytesPerSecond: number;
  /** Bytes that may be read at once on top of that. */
  readonly byteBurst: number;
}

const mostRemembered = 4_096;

/**
 * How fast connections are read. A datagram that is too many is dropped at little cost; a stream has to be cut into
 * messages first, and its sender is slowed down instead: what is not read fills the window of TCP.
 */
export class Intake {
  /** By network; the one that was made first comes first. */
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly clock: Clock,
    private readonly limits: IntakeLimits,
  ) {}

  /** So many bytes came. Milliseconds for which nothing more is to be read on that connection; 0: go on. */
  took(address: string, bytes: number): Duration {
    const { bytesPerSecond, byteBurst } = this.limits;
    const key = networkOf(address);
    const now = this.clock.now();
    let account = this.accounts.get(key);
    if (account === undefined) {
      account = { left: byteBurst, at: now };
      if (this.accounts.size >= mostRemembered) {
        const [oldest] = this.accounts.keys();
        if (oldest !== undefined) this.accounts.delete(oldest);
      }
      this.accounts.set(key, account);
    }
    account.left = Math.min(byteBurst, account.left + ((now - account.at) / 1000) * bytesPerSecond) - bytes;
    account.at = now;
    return account.left >= 0 ? 0 : Math.ceil((-account.left / bytesPerSecond) * 1000);
  }
}
