import { guards, type LegId, type TransferringPhase } from '../call.ts';
import { unansweredBy } from '../failure.ts';
import { endWithoutParty } from '../flow/partyGone.ts';
import type { Stimulus } from '../stimulus.ts';
import { connect } from '../talking.ts';
import type { Turn } from '../turn.ts';
import { hearRingback } from './begin.ts';
import { targetFailed } from './failed.ts';
import { report } from './report.ts';

export function transferring(turn: Turn, phase: TransferringPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'legRinging':
      if (stimulus.leg !== phase.target) return;
      report(turn, phase.transferor, phase.transferId, 180, 'Ringing');
      return turn.notify({ kind: 'transferRinging', transferId: phase.transferId, target: phase.number });
    case 'legEarlyMedia':
      if (stimulus.leg === phase.target && phase.stage === 'ringing') turn.hearEarly(phase.party, phase.target);
      return;
    case 'legAnswered':
      if (stimulus.leg !== phase.target) return;
      // In `settling` this is the 200 that crossed our CANCEL: the leg has been hung up already.
      return phase.stage === 'settling' ? targetFailed(turn, phase, 'noAnswer') : complete(turn, phase, phase.target);
    case 'legFailed':
      if (stimulus.leg !== phase.target) return;
      return targetFailed(turn, phase, unansweredBy(stimulus.reason));
    case 'legEnded':
      if (stimulus.leg === phase.party) return callerLeft(turn, phase, stimulus.by);
      if (stimulus.leg === phase.target) return targetFailed(turn, phase, 'unreachable');
      if (stimulus.leg === phase.transferor.leg) {
        turn.stay({ ...phase, transferor: { ...phase.transferor, leg: undefined } });
      }
      return;
    case 'legHeld':
    case 'legResumed':
      if (stimulus.leg !== phase.target) hearRingback(turn, stimulus.leg);
      return;
    case 'timerFired':
      return timer(turn, phase, stimulus.name);
    default:
      return;
  }
}

function timer(turn: Turn, phase: TransferringPhase, name: string): void {
  switch (name) {
    case 'ring':
      turn.cancel(phase.target);
      hearRingback(turn, phase.party);
      turn.stay({ ...phase, stage: 'settling' });
      return turn.setTimer('settle', guards.settle, 'the cancelled phone does not end');
    case 'settle':
      return targetFailed(turn, phase, 'noAnswer');
    case 'adrift':
      turn.cancel(phase.target);
      return targetFailed(turn, phase, 'noAnswer');
    default:
      return;
  }
}

/** The target has answered: it is shown the caller where it had been shown the operator (case 9). */
export function complete(turn: Turn, phase: TransferringPhase, target: LegId): void {
  report(turn, phase.transferor, phase.transferId, 200, 'OK');
  turn.notify({ kind: 'transferCompleted', transferId: phase.transferId, target: phase.number });
  if (phase.transferor.leg !== undefined) turn.release(phase.transferor.leg, guards.leave);
  connect(turn, phase.party, target);
  if (phase.how !== 'blind') introduce(turn, phase.party, target);
}

/** Two who were brought together by a third learn whom they talk to. */
export function introduce(turn: Turn, a: LegId, b: LegId): void {
  turn.effect({ kind: 'identify', leg: b, who: turn.known(a).who });
  turn.effect({ kind: 'identify', leg: a, who: turn.known(b).who });
}

function callerLeft(turn: Turn, phase: TransferringPhase, by: 'remote' | 'network' | 'media'): void {
  report(turn, phase.transferor, phase.transferId, 487, 'Request Terminated');
  turn.notify({ kind: 'transferAbandoned', transferId: phase.transferId, by: 'transferee' });
  endWithoutParty(turn, by);
}
