import type { Unanswered } from '../../dialplan/plan.ts';
import { type ConsultingPhase, guards, type LegId, musicOnHold } from '../call.ts';
import { unansweredBy } from '../failure.ts';
import { featureKey } from '../featureKeys.ts';
import { endWithoutParty } from '../flow/partyGone.ts';
import { ofCaller } from '../shown.ts';
import type { Stimulus } from '../stimulus.ts';
import { connect, listen } from '../talking.ts';
import type { Turn } from '../turn.ts';
import { enterTransferring, hearRingback, isNotToRing } from './begin.ts';
import { targetFailed } from './failed.ts';
import { introduce } from './transferring.ts';

/** The operator speaks with the target first: the target is shown the operator, and the caller hears music. */
export function enterConsulting(turn: Turn, party: LegId, transferor: LegId, transferId: string, number: string): void {
  const { who } = turn.known(transferor);
  turn.notify({ kind: 'transferStarted', transferId, how: 'attended', transferor: who.number, target: number });
  if (isNotToRing(turn, number)) {
    return targetFailed(
      turn,
      { party, transferor: { who, leg: transferor, channel: 'keypad' }, transferId, number },
      'busy',
    );
  }
  const target = turn.dial(number, ofCaller(turn, transferor, 'inhibit'));
  turn.enter({ kind: 'consulting', party, transferor, target, number, transferId, stage: 'ringing', keys: '' });
  turn.setTimer('ring', turn.plan.transfer.ringFor, 'the transfer target does not answer');
  hearMusic(turn, party);
  hearRingback(turn, transferor);
}

export function consulting(turn: Turn, phase: ConsultingPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'legRinging':
      if (stimulus.leg !== phase.target) return;
      return turn.notify({ kind: 'transferRinging', transferId: phase.transferId, target: phase.number });
    case 'legEarlyMedia':
      if (stimulus.leg === phase.target && phase.stage === 'ringing') turn.hearEarly(phase.transferor, phase.target);
      return;
    case 'legAnswered':
      if (stimulus.leg === phase.target) answered(turn, phase);
      return;
    case 'legFailed':
      if (stimulus.leg !== phase.target) return;
      return failed(turn, phase, unansweredBy(stimulus.reason));
    case 'timerFired':
      if (stimulus.name === 'ring') {
        turn.cancel(phase.target);
        failed(turn, phase, 'noAnswer');
      } else if (stimulus.name === 'talk') {
        turn.end({ result: 'failed', reason: 'the longest conversation', by: 'system' });
      } else turn.stay({ ...phase, keys: '' });
      return;
    case 'digitPressed':
      if (stimulus.leg === phase.transferor) pressed(turn, phase, stimulus.digit);
      return;
    case 'legHeld':
    case 'legResumed':
      return held(turn, phase, stimulus.leg);
    case 'legEnded':
      return left(turn, phase, stimulus);
    default:
      return;
  }
}

function answered(turn: Turn, phase: ConsultingPhase): void {
  turn.enter({ ...phase, stage: 'talking' });
  turn.setTimer('talk', guards.talk, 'nobody ended the conversation');
  listen(turn, phase.transferor, phase.target);
}

function failed(turn: Turn, { party, transferor, transferId, number }: ConsultingPhase, reason: Unanswered): void {
  const { who } = turn.known(transferor);
  targetFailed(turn, { party, transferor: { who, leg: transferor, channel: 'keypad' }, transferId, number }, reason);
}

function pressed(turn: Turn, phase: ConsultingPhase, digit: string): void {
  const { code, keys } = featureKey([turn.plan.features.cancelTransfer], phase.keys, digit);
  if (code === undefined) {
    turn.stay({ ...phase, keys });
    if (keys !== '') turn.setTimer('keys', turn.plan.features.interDigit, 'a feature code was left unfinished');
    return;
  }
  turn.note({ time: turn.now, kind: 'pressed', digits: code, meaning: 'featureCode' });
  turn.notify({ kind: 'transferAbandoned', transferId: phase.transferId, by: 'transferor' });
  turn.cancel(phase.target);
  connect(turn, phase.party, phase.transferor);
}

function held(turn: Turn, phase: ConsultingPhase, leg: LegId): void {
  if (leg === phase.party) hearMusic(turn, phase.party);
  else if (phase.stage === 'talking') listen(turn, phase.transferor, phase.target);
  else if (leg === phase.transferor) hearRingback(turn, leg);
}

function left(turn: Turn, phase: ConsultingPhase, { leg, by }: Extract<Stimulus, { kind: 'legEnded' }>): void {
  const { party, transferor, target, transferId, number } = phase;
  if (leg === transferor) {
    const who = turn.before.legs[transferor]?.who ?? turn.known(party).who;
    if (phase.stage === 'ringing') {
      const gone = { who, leg: undefined, channel: 'keypad' } as const;
      return enterTransferring(turn, party, gone, { transferId, how: 'semiAttended', number, target });
    }
    turn.notify({ kind: 'transferCompleted', transferId, target: number });
    connect(turn, party, target);
    return introduce(turn, party, target);
  }
  if (leg === target) return failed(turn, phase, phase.stage === 'talking' ? 'declined' : 'unreachable');
  if (leg !== party) return;
  turn.notify({ kind: 'transferAbandoned', transferId, by: 'transferee' });
  if (phase.stage === 'ringing') return endWithoutParty(turn, by);
  // The caller has gone: the two colleagues may finish what they are saying.
  connect(turn, transferor, target);
}

function hearMusic(turn: Turn, leg: LegId): void {
  turn.hear(leg, turn.known(leg).held ? { kind: 'nothing' } : musicOnHold);
}
