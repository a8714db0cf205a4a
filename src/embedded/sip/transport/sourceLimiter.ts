import type { Clock, Instant } from '../../../base/clock.ts';
import { networkOf } from '../../../base/network.ts';
import type { StackLimits } from './limits.ts';

interface Account {
  tokens: number;
  garbage: number;
  at: Instant;
  /** It has sent a message that is one. */
  wellKnown: boolean;
}

/** Networks that are remembered; the longest known is forgotten first. */
const remembered = 65_536;

/** The garbage that is tolerated at once, in seconds of its rate. */
const garbageBurst = 4;

/**
 * What one address may send, or one network of IPv6 (two token buckets each): messages in all, before anything is parsed; and garbage, which
 * above its rate is neither answered nor logged. Garbage under the address of a source that has sent messages before
 * costs that source nothing, as the address of a datagram is easily forged; an address that never sent anything else is
 * not even parsed any more.
 */
export class SourceLimiter {
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly clock: Clock,
    private readonly limits: StackLimits,
  ) {}

  /** May this message be read? */
  admit(address: string): boolean {
    const account = this.account(address);
    if (account.tokens < 1 || (!account.wellKnown && account.garbage < 1)) return false;
    account.tokens--;
    return true;
  }

  wellFormed(address: string): void {
    this.account(address).wellKnown = true;
  }

  /** May this garbage be answered and logged? */
  malformed(address: string): boolean {
    const account = this.account(address);
    if (account.garbage < 1) return false;
    account.garbage--;
    return true;
  }

  private account(address: string): Account {
    const network = networkOf(address);
    const { messagesPerSecond, messageBurst, malformedPerSecond } = this.limits;
    const now = this.clock.now();
    const known = this.accounts.get(network);
    if (known !== undefined) {
      const seconds = (now - known.at) / 1000;
      known.at = now;
      known.tokens = Math.min(messageBurst, known.tokens + seconds * messagesPerSecond);
      known.garbage = Math.min(garbageBurst * malformedPerSecond, known.garbage + seconds * malformedPerSecond);
      return known;
    }
    if (this.accounts.size >= remembered) {
      const oldest = this.accounts.keys().next();
      if (!oldest.done) this.accounts.delete(oldest.value);
    }
    const account: Account = {
      tokens: messageBurst,
      garbage: garbageBurst * malformedPerSecond,
      at: now,
      wellKnown: false,
    };
    this.accounts.set(network, account);
    return account;
  }
}
