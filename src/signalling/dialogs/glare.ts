/** How long a re-INVITE waits that met one of the far end (RFC 3261, §14.1). */
import type { Duration } from '../../base/clock.ts';

const step = 10;

/** `random` is from 0 up to, but not including, 1. The two sides' ranges do not meet, so that one of them comes first. */
export const retryDelay = (callIdIsOurs: boolean, random: number): Duration => {
  const [from, to] = callIdIsOurs ? [2_100, 4_000] : [0, 2_000];
  return from + Math.floor(random * ((to - from) / step + 1)) * step;
};
