import type { Duration, Instant } from '../../../base/clock.ts';
import { type RtpView, sequenceStep } from '../wire/rtpPacket.ts';

/**
 * Where a packet stands in the stream that it belongs to.
 *
 * - `first`: of an SSRC that was not heard before it.
 * - `next`: newer than all before it; what is missing in between is lost, or late.
 * - `late`: older, and missed until now. `copy`: came before.
 * - `stray`: nowhere near. Not to be used, unless `restart` follows.
 * - `restart`: the second packet in a row from there: the far end has begun to count anew with the same SSRC
 *   (RFC 3550, §A.1), and the `stray` before it was the first.
 */
export type Arrival = 'first' | 'next' | 'late' | 'copy' | 'stray' | 'restart';

/** RFC 3550, §A.1: what is further behind is not late. */
const maxMisorder = 100;
/**
 * How many packets may be missing at once, beside those for which there was time since the last: what comes after a second of
 * delay. A loss takes its time, a jump of the count does not.
 */
const burst = 64;
/** 10 ms. */
const shortestSpan = 80;
/** 200 ms, the longest packet that is taken. */
const longestSpan = 1600;
/** What repeats packets further behind than this is no network: that takes half a second. */
const furthestCopy = 25;
/** Copies in a row, one after the other and none new among them: the far end sends the same numbers again. */
const copiesOfRestart = 5;
/** More missing packets than these, and the timestamp says that no sound is missing: the count has jumped. */
const jumpedCount = 16;
/** After a pause as long as this nothing is still on its way: what comes is not late. */
const settled: Duration = 2000;
/** The second packet from afar need not be the next: one may be lost, or two have changed places. */
export const nearby = 3;

const remembered = 128;

/**
 * Tells a far end whose count begins anew, or jumps, from packets that are late. Sequence numbers alone do not: what is
 * 80 behind may be either. So it remembers which numbers have come, with what timestamp.
 */
export class ArrivalOrder {
  /** Undefined: nothing has come. */
  ssrc: number | undefined;
  /** By how much the last packet was ahead of the one before it: 1, or more where something is missing. */
  step = 0;

  private newest = 0;
  private newestAt: Instant = 0;
  private newestTimestamp = 0;
  /** The length of the newest sound. */
  private span = 0;
  private readonly numbers = new Int32Array(remembered).fill(-1);
  private readonly timestamps = new Int32Array(remembered);

  /** The number and the timestamp of a packet that may have been the first of a new count; -1: none. */
  private candidate = -1;
  private candidateTimestamp = 0;
  private copies = 0;

  /** `timed`: the timestamp is that of the packet's own sound, which that of a telephone event is not. */
  judge(view: RtpView, now: Instant, timed: boolean): Arrival {
    if (view.ssrc !== this.ssrc) {
      this.begin(view, now, timed);
      return 'first';
    }
    const arrival = this.compare(view, now, timed);
    if (arrival === 'next') {
      this.candidate = -1;
      this.copies = 0;
      this.follow(view, now, timed);
    } else if (arrival === 'late') this.remember(view);
    else if (arrival === 'restart') this.begin(view, now, timed);
    return arrival;
  }

  private compare(view: RtpView, now: Instant, timed: boolean): Arrival {
    const step = sequenceStep(this.newest, view.sequence);
    const time = (view.timestamp - this.newestTimestamp) | 0;
    const elapsed = now - this.newestAt;
    this.step = step;
    if (step > 0) {
      const believable = step <= (elapsed * 8) / Math.max(this.span, shortestSpan) + burst;
      const complete = timed && step > jumpedCount && time > 0 && time <= (nearby + 1) * this.span;
      return believable && !complete ? 'next' : this.fromAfar(view, elapsed);
    }
    if (step <= -maxMisorder) return this.fromAfar(view, elapsed);
    const slot = view.sequence & (remembered - 1);
    const came = this.numbers[slot] === view.sequence;
    if (!came && time <= 0 && -time <= -step * longestSpan) return 'late';
    if (!came || this.timestamps[slot] !== view.timestamp || -step > furthestCopy) return this.fromAfar(view, elapsed);
    return this.copied(view);
  }

  private fromAfar(view: RtpView, elapsed: Duration): Arrival {
    if (elapsed > settled) return 'restart';
    const { candidate } = this;
    if (candidate !== -1) {
      const step = sequenceStep(candidate, view.sequence);
      // One that counts nothing at all is followed by its timestamps.
      const another = step !== 0 || view.timestamp !== this.candidateTimestamp;
      if (another && Math.abs(step) <= nearby) return 'restart';
    }
    this.candidate = view.sequence;
    this.candidateTimestamp = view.timestamp;
    this.copies = 0;
    return 'stray';
  }

  private copied(view: RtpView): Arrival {
    const follows = this.copies > 0 && view.sequence === ((this.candidate + 1) & 0xffff);
    this.copies = follows ? this.copies + 1 : 1;
    this.candidate = view.sequence;
    this.candidateTimestamp = view.timestamp;
    return this.copies === copiesOfRestart ? 'restart' : 'copy';
  }

  private begin(view: RtpView, now: Instant, timed: boolean): void {
    this.ssrc = view.ssrc;
    this.step = 0;
    this.candidate = -1;
    this.copies = 0;
    this.numbers.fill(-1);
    this.newestTimestamp = view.timestamp;
    this.span = 0;
    this.follow(view, now, timed);
  }

  private follow(view: RtpView, now: Instant, timed: boolean): void {
    this.newest = view.sequence;
    this.newestAt = now;
    // That of an event is where it began, which may be before sound that was sent beside it.
    if (timed || ((view.timestamp - this.newestTimestamp) | 0) > 0) this.newestTimestamp = view.timestamp;
    if (timed) this.span = view.end - view.start;
    this.remember(view);
  }

  private remember(view: RtpView): void {
    const slot = view.sequence & (remembered - 1);
    this.numbers[slot] = view.sequence;
    this.timestamps[slot] = view.timestamp;
  }
}
