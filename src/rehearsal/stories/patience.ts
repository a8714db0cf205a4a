import type { Duration } from '../../base/clock.ts';

/** How long an expectation is waited for, and an end after the last step. Of the call's time, not of ours. */
export const patience: Duration = 15 * 60_000;
