import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Connection } from '../connection/connection.ts';
import type { Leg } from '../port.ts';
import type { TransferHabits } from '../transfer/habits.ts';
import type { Dialog } from './dialog.ts';
import type { LegIndex } from './legIndex.ts';

/** A leg, as the loss of the connection finds it. */
export interface LostLeg extends Leg {
  lost(): void;
}

/** What every leg works with. */
export interface LegSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly connection: Connection;
  readonly index: LegIndex;
  /** Legs that have not had their last event. */
  readonly legs: Set<LostLeg>;
  /** Dialogs that are not over, which those of a leg that was hung up are not yet. */
  readonly dialogs: Set<Dialog>;
  phoneOptions(extension: string): { readonly transferNotify: 'auto' | 'progress' | 'immediate' };
  readonly transferHabits: TransferHabits;
}
