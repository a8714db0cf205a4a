import type { Duration } from '../../../base/clock.ts';

/** Milliseconds of sound in a packet. */
export const frame: Duration = 20;
/** A stream has one of them: slots of a millisecond within a frame. */
export const phases = 20;
/** A stream that is later than this many frames leaves the others out: no receiver keeps them, and a burst costs it more. */
const mostFramesLate = 3;

export interface Turn {
  /** The slots that are due, both included; none where `first` is beyond `last`. */
  readonly first: number;
  readonly last: number;
  /** Frames that every stream leaves out before that. */
  readonly skipped: number;
}

/**
 * Which slots are due, when all up to `done` have been served and the time is in slot `current`. A slot is a
 * millisecond since the wheel began to turn, and streams of phase `slot % 20` are due in it.
 */
export function turn(done: number, current: number): Turn {
  const late = current - done - 1;
  const skipped = late > mostFramesLate * frame ? Math.floor(late / frame) : 0;
  return { first: done + skipped * phases + 1, last: current, skipped };
}
