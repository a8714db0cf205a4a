import { type LegId, musicOnHold, type RecallingPhase, type RecallReason } from '../call.ts';
import { routedAs } from '../failure.ts';
import { go } from '../flow/go.ts';
import { endWithoutParty } from '../flow/partyGone.ts';
import { ofRecall } from '../shown.ts';
import type { Stimulus } from '../stimulus.ts';
import { connect } from '../talking.ts';
import type { Turn } from '../turn.ts';
import { beginTransfer } from './begin.ts';

export interface Recall {
  readonly operator: string;
  readonly transferId: string;
  readonly number: string;
  readonly reason: RecallReason;
  /** The operator is still there, and holds the party. */
  readonly heldBy?: LegId;
}

/** R5: the operator's user rings again, unless the call has come back too often, or too late (R7). */
export function recall(turn: Turn, party: LegId, { operator, transferId, number, reason, heldBy }: Recall): void {
  const rules = turn.plan.transfer.recall;
  const { returns, adriftSince } = turn.call;
  // What the operator did is the operator's to mend.
  const slip = reason === 'held' || reason === 'noSuchNumber' || reason === 'notAllowed';
  const wanted = slip || rules.on.includes(routedAs(reason));
  const late = adriftSince !== undefined && turn.now - adriftSince >= rules.maxTotal;
  if (!wanted || late || returns >= rules.maxReturns || turn.plan.extensions[operator] === undefined) {
    if (heldBy !== undefined) turn.hangUp(heldBy);
    return fallback(turn, party);
  }
  turn.set('returns', returns + 1);
  adrift(turn);
  turn.notify({ kind: 'recallStarted', transferId, operator, reason, target: number, nth: returns + 1 });
  turn.hear(party, musicOnHold);
  const leg = turn.dial(operator, ofRecall(turn, party, number, reason));
  turn.enter({ kind: 'recalling', party, operator, leg, transferId, number, reason, heldBy });
  turn.setTimer('ring', rules.ringFor, 'the operator does not take the recall');
}

/** R6: where the operator does not take it. */
export function fallback(turn: Turn, party: LegId): void {
  turn.set('adriftSince', undefined);
  turn.clearTimer('adrift');
  go(turn, turn.plan.transfer.recall.otherwise, { party, front: true });
}

export function recalling(turn: Turn, phase: RecallingPhase, stimulus: Stimulus): void {
  const { transferId, operator, party } = phase;
  switch (stimulus.kind) {
    case 'legAnswered':
      if (stimulus.leg !== phase.leg) return;
      turn.notify({ kind: 'recallAnswered', transferId, operator });
      if (phase.heldBy !== undefined) turn.hangUp(phase.heldBy);
      return connect(turn, party, phase.leg);
    case 'legResumed':
      if (stimulus.leg === phase.heldBy) takenBack(turn, phase, stimulus.leg);
      return;
    case 'transferRequested':
      if (stimulus.leg === phase.heldBy) transferredAgain(turn, phase, stimulus);
      return;
    case 'legFailed':
      if (stimulus.leg === phase.leg) notTaken(turn, phase);
      return;
    case 'legEnded':
      if (stimulus.leg === phase.leg) return notTaken(turn, phase);
      if (stimulus.leg === phase.heldBy) return turn.stay({ ...phase, heldBy: undefined });
      if (stimulus.leg !== party) return;
      turn.notify({ kind: 'transferAbandoned', transferId, by: 'transferee' });
      return endWithoutParty(turn, stimulus.by);
    case 'timerFired':
      if (stimulus.name !== 'ring' && stimulus.name !== 'adrift') return;
      turn.cancel(phase.leg);
      return notTaken(turn, phase);
    default:
      return;
  }
}

/** By the leg that has held the party all along. */
function takenBack(turn: Turn, { transferId, operator, party, leg }: RecallingPhase, heldBy: LegId): void {
  turn.notify({ kind: 'recallAnswered', transferId, operator });
  turn.cancel(leg);
  connect(turn, party, heldBy);
}

function transferredAgain(
  turn: Turn,
  phase: RecallingPhase,
  { leg: transferor, transferId, target, replaces }: Extract<Stimulus, { kind: 'transferRequested' }>,
): void {
  const wish = { transferor, transferId, target, channel: 'refer', replaces } as const;
  beginTransfer(turn, { party: phase.party, peer: transferor }, wish, () => takenBack(turn, phase, transferor));
}

function notTaken(turn: Turn, { transferId, operator, party, heldBy }: RecallingPhase): void {
  if (heldBy !== undefined) turn.hangUp(heldBy);
  turn.notify({ kind: 'recallFailed', transferId, operator });
  fallback(turn, party);
}

/** From the first transfer on until a person answers, all returns together have one limit (R7). */
export function adrift(turn: Turn): void {
  if (turn.call.adriftSince !== undefined) return;
  turn.set('adriftSince', turn.now);
  turn.setTimer('adrift', turn.plan.transfer.recall.maxTotal, 'the longest time without a person', 'call');
}
