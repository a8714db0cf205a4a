import type { LegId } from '../call.ts';
import type { Stimulus } from '../stimulus.ts';
import type { Turn } from '../turn.ts';

/** The party has hung up or was lost: whatever rang for it stops at once, and the call is over. */
export function partyGone(turn: Turn, party: LegId, stimulus: Extract<Stimulus, { kind: 'legEnded' }>): void {
  if (stimulus.leg !== party) return;
  endWithoutParty(turn, stimulus.by);
}

export function endWithoutParty(turn: Turn, by: 'remote' | 'network' | 'media'): void {
  if (by !== 'remote') {
    turn.end({ result: 'failed', reason: `the caller was lost with the ${by}`, by: 'system' });
  } else if (turn.call.answeredAt !== undefined) {
    turn.end({ result: 'completed', reason: 'the caller hung up', by: 'caller' });
  } else {
    turn.end({ result: 'abandoned', reason: 'the caller hung up before anybody answered', by: 'caller' });
  }
}
