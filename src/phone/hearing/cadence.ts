import type { Duration, Instant } from '../../base/clock.ts';
import type { Hearing } from './hearing.ts';

/** The frequency of call progress tones in Europe, in hertz (ITU-T E.180, supplement 2). */
export const progressTone = 425;

/** Milliseconds: a burst at least so long, and the pause that belongs to it. Each limit lies between two cadences. */
const cadences: readonly { readonly name: Hearing; readonly burst: Duration; readonly pause: Duration }[] = [
  { name: 'ringback', burst: 640, pause: 4200 },
  { name: 'busy', burst: 375, pause: 650 },
  { name: 'error', burst: 205, pause: 400 },
  { name: 'returned', burst: 130, pause: 450 },
  { name: 'confirm', burst: 60, pause: 350 },
];
/** It is known to be ringback before it ends. */
const certainlyRingback: Duration = 640;
/** Of one block. */
const block: Duration = 20;

export const isCadence = (what: Hearing): boolean => cadences.some(({ name }) => name === what);

/**
 * Tells call progress tones apart, which all have one frequency, by how long their bursts are:
 * - `quiet`: no burst, and no pause that belongs to one. Leaves to burst.
 * - `burst`: the tone sounds. What it is shows at its end, or when it has become too long for all but one.
 * - `pause`: the silence after a burst, part of what it was. Leaves to burst, or to quiet when it is too long.
 */
type State =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'burst'; readonly from: Instant; until: Instant; readonly before: Hearing | undefined }
  | { readonly kind: 'pause'; readonly of: Hearing; readonly end: Instant };

export class CadenceDetector {
  private state: State = { kind: 'quiet' };

  /** One block, in which the progress tone alone sounds, nothing, or something else. Undefined: it is no (known) cadence. */
  hear(what: 'tone' | 'silence' | 'other', now: Instant): Hearing | undefined {
    if (what === 'tone') return this.sounding(now);
    if (what === 'silence') return this.pausing(now);
    this.state = { kind: 'quiet' };
    return undefined;
  }

  private sounding(now: Instant): Hearing | undefined {
    const { state } = this;
    if (state.kind !== 'burst') {
      const before = state.kind === 'pause' ? state.of : undefined;
      this.state = { kind: 'burst', from: now - block, until: now, before };
      return before;
    }
    state.until = now;
    return now - state.from >= certainlyRingback ? 'ringback' : state.before;
  }

  private pausing(now: Instant): Hearing | undefined {
    const { state } = this;
    if (state.kind === 'quiet') return undefined;
    if (state.kind === 'burst') {
      const cadence = cadences.find(({ burst }) => state.until - state.from >= burst);
      this.state =
        cadence === undefined ? { kind: 'quiet' } : { kind: 'pause', of: cadence.name, end: now + cadence.pause };
      return cadence?.name;
    }
    if (now > state.end) this.state = { kind: 'quiet' };
    return state.of;
  }
}
