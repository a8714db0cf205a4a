import { guards, type KeyingPhase, type LegId, musicOnHold, type TalkingPhase, type Transferor } from '../call.ts';
import { endWithoutParty } from '../flow/partyGone.ts';
import { couldGoOn, whereDialled } from '../flow/whereDialled.ts';
import type { Stimulus } from '../stimulus.ts';
import { connect, otherOf } from '../talking.ts';
import type { Turn } from '../turn.ts';
import { objectionTo, transferTo } from './begin.ts';
import { enterConsulting } from './consulting.ts';
import { recall } from './recalling.ts';

/** A feature code was pressed in a conversation: the number of the target comes next. */
export function enterKeying(turn: Turn, talk: TalkingPhase, transferor: LegId, purpose: KeyingPhase['purpose']): void {
  const party = otherOf(talk, transferor);
  turn.hear(party, turn.known(party).held ? { kind: 'nothing' } : musicOnHold);
  turn.hear(transferor, { kind: 'tone', tone: 'confirm', playId: turn.nextPlayId() });
  turn.enter({ kind: 'keying', party, transferor, purpose, digits: '', refusal: undefined });
  turn.setTimer('keys', guards.firstDigit, 'no number is keyed');
}

export function keying(turn: Turn, phase: KeyingPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'digitPressed':
      if (stimulus.leg === phase.transferor && phase.refusal === undefined) pressed(turn, phase, stimulus.digit);
      return;
    case 'playFinished':
      if (stimulus.leg !== phase.transferor) return;
      // The end of the tone before the refusal may be told late: it must not cut the refusal short.
      if (phase.refusal === undefined) turn.hear(phase.transferor, { kind: 'silence' });
      else if (stimulus.playId === phase.refusal) back(turn, phase);
      return;
    case 'timerFired':
      return phase.refusal === undefined ? resolve(turn, phase) : back(turn, phase);
    case 'legHeld':
    case 'legResumed':
      if (stimulus.leg === phase.party) {
        turn.hear(phase.party, turn.known(phase.party).held ? { kind: 'nothing' } : musicOnHold);
      } else if (stimulus.leg === phase.transferor) back(turn, phase);
      return;
    case 'legEnded':
      if (stimulus.leg === phase.party) return endWithoutParty(turn, stimulus.by);
      if (stimulus.leg === phase.transferor) return transferorLeft(turn, phase);
      return;
    default:
      return;
  }
}

function pressed(turn: Turn, phase: KeyingPhase, digit: string): void {
  const digits = digit === '#' ? phase.digits : phase.digits + digit;
  const next: KeyingPhase = { ...phase, digits };
  if (digits === turn.plan.features.cancelTransfer) return back(turn, phase);
  turn.hear(phase.transferor, { kind: 'silence' });
  turn.enter(next);
  if (digit === '#' || !(couldGoOn(turn.plan, digits) || turn.plan.features.cancelTransfer?.startsWith(digits)))
    return resolve(turn, next);
  turn.setTimer('keys', turn.plan.features.interDigit, 'no further digit is keyed');
}

/** The number is complete. One that leads nowhere gets the error tone, and the operator stays connected (R1). */
function resolve(turn: Turn, phase: KeyingPhase): void {
  const { party, digits } = phase;
  if (digits === '') return back(turn, phase);
  const { who } = turn.known(phase.transferor);
  if (objectionTo(turn, party, who, digits) !== undefined) {
    const refusal = turn.nextPlayId();
    turn.hear(phase.transferor, { kind: 'tone', tone: 'error', playId: refusal });
    turn.enter({ ...phase, refusal });
    return turn.setTimer('refusal', guards.firstDigit, 'the error tone does not end');
  }
  const transferor: Transferor = { who, leg: phase.transferor, channel: 'keypad' };
  const transferId = `${turn.call.id}.keypad${turn.call.nextLeg}`;
  const to = whereDialled(turn.plan, digits, 'extension')?.to;
  if (phase.purpose === 'attended' && to?.kind === 'extension') {
    return enterConsulting(turn, party, phase.transferor, transferId, to.name);
  }
  transferTo(turn, party, transferor, transferId, digits);
}

function back(turn: Turn, { party, transferor }: KeyingPhase): void {
  connect(turn, party, transferor);
}

/** The operator hung up with a number half keyed: the caller was on hold, and comes back as from hold. */
function transferorLeft(turn: Turn, { party, transferor }: KeyingPhase): void {
  const operator = turn.before.legs[transferor]?.who.extension ?? '';
  recall(turn, party, { operator, transferId: `${turn.call.id}.hold${turn.call.returns}`, number: '', reason: 'held' });
}
