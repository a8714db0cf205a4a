import type { QueuedPhase } from './call.ts';
import type { Turn } from './turn.ts';

/**
 * The process that had this call has died, and another one has it now. What lives outside of the call is made anew: its
 * timers run on from where they were, and its queue has it again, before those who come now. The legs that were lost
 * with the process end by stimuli of their own, and those that are still there say that their media is `mediaLost`.
 */
export function restored(turn: Turn): void {
  turn.note({ time: turn.now, kind: 'restored' });
  turn.rearm();
  const { phase } = turn.call;
  if (phase.kind === 'queued') rejoin(turn, phase);
}

/** Whoever was rung for it rings for nobody any more: the queue offers it anew. */
function rejoin(turn: Turn, phase: QueuedPhase): void {
  const { queue, offer } = phase;
  if (offer !== undefined) {
    turn.clearTimer('offer');
    turn.forget(offer.leg);
    turn.stay({ ...phase, offer: undefined });
  }
  turn.effect({ kind: 'joinQueue', queue, since: turn.call.queuedSince ?? turn.now, front: true });
}
