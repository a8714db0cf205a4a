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

class VirtualTimer implements Timer {
  constructor(
    private readonly pending: VirtualTimer[],
    readonly at: Instant,
    readonly fire: () => void,
  ) {}

  cancel(): void {
    const found = this.pending.lastIndexOf(this);
    if (found >= 0) this.pending.splice(found, 1);
  }
}

/**
 * Time that moves only when told to, from deadline to deadline: a timer armed while another one fires gets its own
 * turn at its own instant. Timers of the same instant fire in the order in which they were set.
 */
export class VirtualClock implements Clock {
  /** The last one fires next. */
  private readonly pending: VirtualTimer[] = [];

  constructor(private instant: Instant = Date.UTC(2026, 0, 5, 9)) {}

  now(): Instant {
    return this.instant;
  }

  at(at: Instant, fire: () => void): Timer {
    const { pending } = this;
    const entry = new VirtualTimer(pending, Math.max(at, this.instant), fire);
    // Most timers are about what comes soon: they are near the end.
    let index = pending.length;
    for (let before = pending[index - 1]; before !== undefined && before.at <= entry.at; before = pending[index - 1]) {
      index--;
    }
    if (index === pending.length) pending.push(entry);
    else pending.splice(index, 0, entry);
    return entry;
  }

  after(delay: Duration, fire: () => void): Timer {
    return this.at(this.instant + Math.max(0, delay), fire);
  }

  /** How many timers are armed: zero at the end of a test. */
  get armed(): number {
    return this.pending.length;
  }

  /** When the next timer fires, or undefined where none is armed. */
  get next(): Instant | undefined {
    return this.pending[this.pending.length - 1]?.at;
  }

  /** Goes to the next deadline and fires its first timer; false where none is armed. */
  step(): boolean {
    const due = this.pending.pop();
    if (due === undefined) return false;
    this.instant = due.at;
    due.fire();
    return true;
  }

  /** Goes forward by `delay`, stopping at every deadline on the way. */
  advance(delay: Duration): void {
    const until = this.instant + delay;
    for (let { next } = this; next !== undefined && next <= until; next = this.next) this.step();
    this.instant = until;
  }
}
