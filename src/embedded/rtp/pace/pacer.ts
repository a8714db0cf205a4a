import type { Clock, Instant, Timer } from '../../../base/clock.ts';
import { frame, phases, turn } from './wheel.ts';

/** A stream that sends a frame every 20 ms. */
export interface Paced {
  tick(now: Instant): void;
  /** Frames that come too late to be sent. */
  skip(frames: number): void;
}

interface Seat {
  readonly stream: Paced;
  readonly phase: number;
  index: number;
  /** The slot that was served last. */
  served: number;
}

/** Half a slot: a timer that fires a little early must not wait for another one. */
const early = 0.5;

/**
 * Gives every stream its turn each 20 ms, from one timer, by deadlines that do not drift: a wheel of 20 phases, so that
 * a turn of the timer serves a twentieth of the streams. It stands still while there is no stream.
 */
export class Pacer {
  private readonly wheel: Seat[][] = Array.from({ length: phases }, () => []);
  private readonly seats = new Map<Paced, Seat>();
  private readonly origin: Instant;
  private done = 0;
  private timer: Timer | undefined;
  private wakesAt = 0;

  lateTicks = 0;
  skippedFrames = 0;

  /** `onError` is told of what a stream throws; the others have their turn all the same. */
  constructor(
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
  ) {
    this.origin = clock.now();
  }

  get streams(): number {
    return this.seats.size;
  }

  /** The first turn comes at `at`, or within this call where that is not in the future. */
  add(stream: Paced, at: Instant): void {
    if (this.seats.has(stream)) return;
    const now = this.clock.now();
    const slot = this.slotOf(Math.max(at, now));
    const phase = slot % phases;
    const ring = this.wheel[phase] as Seat[];
    const immediate = at <= now;
    const seat: Seat = { stream, phase, index: ring.length, served: immediate ? slot : slot - 1 };
    if (this.seats.size === 0) this.done = this.slotOf(now);
    ring.push(seat);
    this.seats.set(stream, seat);
    this.arm();
    if (immediate) stream.tick(now);
  }

  remove(stream: Paced): void {
    const seat = this.seats.get(stream);
    if (seat === undefined) return;
    this.seats.delete(stream);
    const ring = this.wheel[seat.phase] as Seat[];
    const last = ring.pop();
    if (last !== undefined && last !== seat) {
      ring[seat.index] = last;
      last.index = seat.index;
    }
    if (this.seats.size > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private slotOf(at: Instant): number {
    return Math.floor(at - this.origin + early);
  }

  private readonly wake = (): void => {
    this.timer = undefined;
    const now = this.clock.now();
    // Nobody sits in the slots before the one that the timer was set for.
    this.done = Math.max(this.done, this.wakesAt - 1);
    const { first, last, skipped } = turn(this.done, this.slotOf(now));
    if (skipped > 0) this.skip(skipped);
    if (last - this.done > frame) this.lateTicks++;
    for (let slot = first; slot <= last; slot++) {
      this.done = slot;
      this.serve(slot, now);
    }
    this.arm();
  };

  private serve(slot: number, now: Instant): void {
    const ring = this.wheel[slot % phases] as Seat[];
    // From the end, as a stream that leaves is replaced by the last one, which then has had its turn.
    for (let index = ring.length - 1; index >= 0; index--) {
      const seat = ring[index];
      if (seat === undefined || seat.served >= slot) continue;
      seat.served = slot;
      try {
        seat.stream.tick(now);
      } catch (error) {
        this.onError(error);
      }
    }
  }

  private skip(frames: number): void {
    for (const seat of this.seats.values()) {
      // One that joined while the timer was late has missed nothing.
      if (seat.served > this.done) continue;
      try {
        seat.stream.skip(frames);
      } catch (error) {
        this.onError(error);
      }
      this.skippedFrames += frames;
    }
  }

  /** Sets the timer for the next slot that has a stream in it. */
  private arm(): void {
    for (let slot = this.done + 1; slot <= this.done + phases; slot++) {
      if ((this.wheel[slot % phases] as Seat[]).length === 0) continue;
      if (this.timer !== undefined && this.wakesAt <= slot) return;
      this.timer?.cancel();
      this.wakesAt = slot;
      this.timer = this.clock.at(this.origin + slot, this.wake);
      return;
    }
  }
}
