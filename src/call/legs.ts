import type { Leg, Phase } from './call.ts';
import type { Stimulus } from './stimulus.ts';
import type { Turn } from './turn.ts';

/**
 * What is the same for a leg in every phase: legs on their way out, a transfer that is asked for at the wrong moment,
 * and keeping the leg's data in step. True: nothing is left for the phase to decide.
 */
export function legStimulus(turn: Turn, stimulus: Stimulus): boolean {
  if (stimulus.kind === 'timerFired' && stimulus.name.startsWith('leave:')) {
    turn.hangUp(stimulus.name.slice('leave:'.length));
    return true;
  }
  if (stimulus.kind === 'timerFired' && stimulus.name.startsWith('returned:')) {
    const id = stimulus.name.slice('returned:'.length);
    // One who still holds the caller has not come back yet.
    if (turn.leg(id)?.held === true) return true;
    turn.hasStayed(id);
    return true;
  }
  if (!('leg' in stimulus)) return stimulus.kind === 'timerFired' ? false : ignoredWithoutLeg(turn, stimulus);
  const leg = turn.leg(stimulus.leg);
  if (leg === undefined) {
    if (stimulus.kind === 'transferRequested') refuse(turn, stimulus.transferId, 481, 'Call Does Not Exist');
    return true;
  }
  switch (stimulus.kind) {
    case 'legRinging':
      if (leg.state !== 'dialing') return true;
      turn.changeLeg(leg.id, { state: 'ringing' });
      return false;
    case 'legEarlyMedia':
      if (leg.state !== 'dialing' && leg.state !== 'ringing') return true;
      turn.changeLeg(leg.id, { state: 'ringing' });
      return false;
    case 'legAnswered':
      // A 200 that crossed our CANCEL: the leg is let go of at once (R8), and the phase goes on as after any failure.
      if (leg.state === 'cancelling') {
        turn.hangUp(leg.id);
        return turn.call.phase.kind !== 'transferring';
      }
      if (leg.state !== 'dialing' && leg.state !== 'ringing') return true;
      turn.changeLeg(leg.id, { state: 'answered' });
      turn.note({ time: turn.now, kind: 'answered', leg: leg.id, number: leg.who.number });
      return false;
    case 'legFailed':
      turn.note({
        time: turn.now,
        kind: 'failed',
        leg: leg.id,
        number: leg.who.number,
        reason: stimulus.reason,
        status: stimulus.status,
      });
      turn.forget(leg.id);
      return false;
    case 'legEnded':
      turn.note({ time: turn.now, kind: 'left', leg: leg.id, number: leg.who.number, by: stimulus.by });
      turn.forget(leg.id);
      return false;
    case 'mediaLost':
    case 'mediaRestored':
      turn[stimulus.kind](leg.id);
      return true;
    case 'legHeld':
    case 'legResumed': {
      const held = stimulus.kind === 'legHeld';
      if (leg.held === held) return true;
      turn.changeLeg(leg.id, { held });
      turn.note({ time: turn.now, kind: held ? 'held' : 'resumed', leg: leg.id });
      if (!held) turn.hasStayed(leg.id);
      return false;
    }
    case 'transferRequested':
      if (mayTransfer(turn.call.phase, leg)) return false;
      // R8, case 14: one transfer at a time; the first goes on.
      refuse(turn, stimulus.transferId, 491, 'Request Pending');
      return true;
    default:
      return false;
  }
}

/** In a conversation, or where the operator is rung who still holds the party (R4). */
const mayTransfer = (phase: Phase, { id, state }: Leg): boolean =>
  state === 'answered' && (phase.kind === 'talking' || (phase.kind === 'recalling' && phase.heldBy === id));

function ignoredWithoutLeg(turn: Turn, stimulus: Stimulus): boolean {
  // An agent is offered to a call that has left the queue: the queue must hear of it.
  if (stimulus.kind === 'agentOffered' && turn.call.phase.kind !== 'queued') {
    turn.effect({
      kind: 'concludeOffer',
      queue: stimulus.queue,
      extension: stimulus.extension,
      outcome: 'withdrawn',
    });
    return true;
  }
  return false;
}

export function refuse(turn: Turn, transferId: string, status: number, text: string): void {
  turn.effect({ kind: 'refuseTransfer', transferId, status, text });
}
