/**
 * Time. The only file that reads the clock or sets a timer of the platform; everything else is given a `Clock`.
 *
 * An `Instant` is in milliseconds since the Unix epoch and never goes backwards: the system clock is read once, at
 * start, and a monotonic counter runs on from there, so that a correction of the wall clock stretches no timer.
 */
export type Instant = number;
/** Milliseconds. */
export type Duration = number;

export interface Timer {
  /** Idempotent; a timer that has fired may be cancelled. */
  cancel(): void;
}

export interface Clock {
  now(): Instant;
  /** Calls `fire` once, at or after `at`. An instant in the past fires on the next turn, never within this call. */
  at(at: Instant, fire: () => void): Timer;
  /** Calls `fire` once, after `delay`. */
  after(delay: Duration, fire: () => void): Timer;
}

const origin = Date.now() - performance.now();
/** Node clamps a longer timeout to 1 ms: it is taken in steps instead. */
const longestTimeout = 2 ** 31 - 1;

class SystemTimer implements Timer {
  private handle: NodeJS.Timeout;

  constructor(
    clock: Clock,
    at: Instant,
    private readonly fire: () => void,
  ) {
    const arm = (): NodeJS.Timeout => {
      const delay = at - clock.now();
      return setTimeout(
        () => {
          // Node rounds, and may be a fraction of a millisecond early.
          if (clock.now() < at) this.handle = arm();
          else this.fire();
        },
        Math.max(0, Math.min(Math.ceil(delay), longestTimeout)),
      );
    };
    this.handle = arm();
  }

  cancel(): void {
    clearTimeout(this.handle);
  }
}

export const systemClock: Clock = {
  now: () => origin + performance.now(),
  at(at, fire) {
    return new SystemTimer(this, at, fire);
  },
  after(delay, fire) {
    return new SystemTimer(this, this.now() + delay, fire);
  },
};

/** What the system clock says at this moment: for comparing it with others, never for measuring a time. */
export const wallClock = (): Instant => Date.now();

interface Pending {
  readonly at: Instant;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * Time that moves only when told to, from deadline to deadline: a timer armed while another one fires gets its own
 * turn at its own instant. Timers of the same instant fire in the order in which they were set.
 */
export class VirtualClock implements Clock {
  private readonly pending = new Set<Pending>();
  private order = 0;

  constructor(private instant: Instant = Date.UTC(2026, 0, 5, 9)) {}

  now(): Instant {
    return this.instant;
  }

  at(at: Instant, fire: () => void): Timer {
    const entry: Pending = { at: Math.max(at, this.instant), order: this.order++, fire };
    this.pending.add(entry);
    return { cancel: () => void this.pending.delete(entry) };
  }

  after(delay: Duration, fire: () => void): Timer {
    return this.at(this.instant + Math.max(0, delay), fire);
  }

  /** How many timers are armed: zero at the end of a test. */
  get armed(): number {
    return this.pending.size;
  }

  /** When the next timer fires, or undefined where none is armed. */
  get next(): Instant | undefined {
    return this.earliest()?.at;
  }

  /** Goes to the next deadline and fires its first timer; false where none is armed. */
  step(): boolean {
    const due = this.earliest();
    if (due === undefined) return false;
    this.pending.delete(due);
    this.instant = due.at;
    due.fire();
    return true;
  }

  /** Goes forward by `delay`, stopping at every deadline on the way. */
  advance(delay: Duration): void {
    const until = this.instant + delay;
    for (let due = this.earliest(); due !== undefined && due.at <= until; due = this.earliest()) this.step();
    this.instant = until;
  }

  private earliest(): Pending | undefined {
    let first: Pending | undefined;
    for (const entry of this.pending) {
      if (first === undefined || entry.at < first.at || (entry.at === first.at && entry.order < first.order)) {
        first = entry;
      }
    }
    return first;
  }
}
