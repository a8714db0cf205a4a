import type { Clock, Duration } from '../base/clock.ts';
import type { Laboratory } from './laboratory.ts';

export interface Sizes {
  /** New calls a second. */
  readonly rate: number;
  /** Calls at once. */
  readonly calls: number;
  readonly seconds: number;
  /** How often the switchboard's load is repeated. */
  readonly rounds: number;
}

export interface Bench {
  readonly clock: Clock;
  readonly laboratory: Laboratory;
  readonly sizes: Sizes;
  print(text: string): void;
}

export const pause = (clock: Clock, duration: Duration): Promise<void> =>
  new Promise(resolve => clock.after(duration, resolve));
