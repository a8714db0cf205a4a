import type { Instant } from '../../base/clock.ts';

/**
 * What is heard, as a person would say it: `650 Hz` (a party that has this tone), `500 + 650 Hz`, `ringback`, `busy`,
 * `error`, `confirm`, the name of a sound that is known, `a sound` (none that is known), `silence`, `nothing` (no
 * packets at all).
 */
export type Hearing = string;

export const silence: Hearing = 'silence';
export const nothing: Hearing = 'nothing';
export const unknownSound: Hearing = 'a sound';

/** Tones that are heard at once; in hertz. */
export const ofTones = (tones: readonly number[]): Hearing => `${tones.toSorted((a, b) => a - b).join(' + ')} Hz`;

/** A stretch of time in which one and the same thing was heard. */
export interface Heard {
  readonly what: Hearing;
  readonly from: Instant;
  /** When it was last heard. */
  readonly until: Instant;
}
