/** How often somebody has failed lately. Bounded in memory, whatever strangers send. */
import type { Duration, Instant } from '../../base/clock.ts';
import { remember } from './remember.ts';

export interface FailureLimit {
  /** This many failures within the window are too many. */
  readonly most: number;
  readonly window: Duration;
}

export class Failures {
  private readonly windows = new Map<string, { readonly since: Instant; count: number }>();

  constructor(private readonly limit: FailureLimit) {}

  tooMany(key: string, now: Instant): boolean {
    const window = this.windows.get(key);
    if (window === undefined) return false;
    if (now - window.since >= this.limit.window) {
      this.windows.delete(key);
      return false;
    }
    return window.count >= this.limit.most;
  }

  count(key: string, now: Instant): void {
    const window = this.windows.get(key);
    if (window !== undefined && now - window.since < this.limit.window) {
      window.count += 1;
      return;
    }
    remember(this.windows, key, { since: now, count: 1 });
  }
}
