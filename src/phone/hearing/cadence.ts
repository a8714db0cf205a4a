import type { Hearing } from './hearing.ts';

/** The frequency of call progress tones in Europe, in hertz (ITU-T E.180, supplement 2). */
export const progressTone = 425;

/** In blocks of 20 ms: a burst of at least so many, and the pause that belongs to it. */
const cadences: readonly { readonly name: Hearing; readonly burst: number; readonly pause: number }[] = [
  { name: 'ringback', burst: 32, pause: 210 },
  { name: 'busy', burst: 19, pause: 30 },
  { name: 'error', burst: 9, pause: 18 },
  { name: 'confirm', burst: 3, pause: 17 },
];
export const isCadence = (what: Hearing): boolean => cadences.some(({ name }) => name === what);

/** It is known to be ringback before it ends. */
const certainlyRingback = 32;

/**
 * Tells call progress tones apart, which all have one frequency, by how long their bursts are:
 * - `quiet`: no burst, and no pause that belongs to one. Leaves to burst.
 * - `burst`: the tone sounds. What it is shows at its end, or when it has become too long for all but one.
 * - `pause`: the silence after a burst, part of what it was. Leaves to burst, or to quiet when it is too long.
 */
type State =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'burst'; blocks: number; readonly before: Hearing | undefined }
  | { readonly kind: 'pause'; readonly of: Hearing; left: number };

export class CadenceDetector {
  private state: State = { kind: 'quiet' };

  /** One block, in which the progress tone alone sounds, nothing, or something else. Undefined: it is no (known) cadence. */
  hear(block: 'tone' | 'silence' | 'other'): Hearing | undefined {
    if (block === 'tone') return this.sounding();
    if (block === 'silence') return this.pausing();
    this.state = { kind: 'quiet' };
    return undefined;
  }

  private sounding(): Hearing | undefined {
    if (this.state.kind !== 'burst') {
      this.state = { kind: 'burst', blocks: 0, before: this.state.kind === 'pause' ? this.state.of : undefined };
    }
    this.state.blocks++;
    return this.state.blocks >= certainlyRingback ? 'ringback' : this.state.before;
  }

  private pausing(): Hearing | undefined {
    const { state } = this;
    if (state.kind === 'burst') {
      const cadence = cadences.find(({ burst }) => state.blocks >= burst);
      this.state = cadence === undefined ? { kind: 'quiet' } : { kind: 'pause', of: cadence.name, left: cadence.pause };
      return cadence?.name;
    }
    if (state.kind === 'quiet') return undefined;
    if (--state.left <= 0) this.state = { kind: 'quiet' };
    return state.of;
  }
}
