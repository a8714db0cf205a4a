import { guards, type LegId, musicOnHold, type TalkingPhase } from './call.ts';
import { featureKey } from './featureKeys.ts';
import { go } from './flow/go.ts';
import type { Stimulus } from './stimulus.ts';
import { beginTransfer } from './transfer/begin.ts';
import { enterKeying } from './transfer/keying.ts';
import { recall } from './transfer/recalling.ts';
import type { Turn } from './turn.ts';

/** The party has a person to talk to. */
export function connect(turn: Turn, party: LegId, peer: LegId): void {
  turn.answer(party);
  turn.answer(peer);
  if (turn.call.answeredAt === undefined) turn.set('answeredAt', turn.now);
  turn.set('served', true);
  turn.set('adriftSince', undefined);
  turn.clearTimer('adrift');
  turn.enter({ kind: 'talking', party, peer, keys: {} });
  turn.setTimer('talk', guards.talk, 'nobody ended the conversation');
  listen(turn, party, peer);
}

/** Each hears the other, and music where the other one holds. A phone that holds listens to nothing. */
export function listen(turn: Turn, a: LegId, b: LegId): void {
  const [first, second] = [turn.known(a), turn.known(b)];
  if (!first.held && !second.held) {
    turn.join(a, b);
    return;
  }
  turn.hear(a, first.held ? { kind: 'nothing' } : musicOnHold);
  turn.hear(b, second.held ? { kind: 'nothing' } : musicOnHold);
}

export function talking(turn: Turn, phase: TalkingPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'legHeld':
      if (hasNotHeard(turn, stimulus.leg)) awaitResume(turn, stimulus.leg);
      return listen(turn, phase.party, phase.peer);
    case 'legResumed':
      turn.clearTimer(`resume:${stimulus.leg}`);
      return listen(turn, phase.party, phase.peer);
    case 'legEnded':
      return left(turn, phase, stimulus);
    case 'transferRequested':
      return requested(turn, phase, stimulus);
    case 'digitPressed':
      return pressed(turn, phase, stimulus);
    case 'timerFired':
      if (stimulus.name.startsWith('resume:')) return notResumed(turn, phase, stimulus.name.slice('resume:'.length));
      if (stimulus.name === 'talk') turn.end({ result: 'failed', reason: 'the longest conversation', by: 'system' });
      else turn.stay({ ...phase, keys: {} });
      return;
    default:
      return;
  }
}

/** A phone may hold after its REFER, and a target be busy at once (case 7): the hold comes when the transfer has failed. */
function hasNotHeard({ call, now }: Turn, operator: LegId): boolean {
  const told = call.timers[`returned:${operator}`];
  if (call.legs[operator]?.state !== 'answered') return false;
  return told !== undefined && told.at - now > guards.returned - guards.unheard;
}

export const awaitResume = (turn: Turn, operator: LegId): void =>
  turn.setTimer(`resume:${operator}`, guards.resume, 'the operator does not resume the caller');

/** R4: the transfer failed, and the operator holds the caller on, perhaps without a word of it on the phone. */
function notResumed(turn: Turn, phase: TalkingPhase, operator: LegId): void {
  const { who, held } = turn.known(operator);
  const returned = turn.call.returned[operator];
  if (!held || returned === undefined || who.extension === undefined) return;
  recall(turn, otherOf(phase, operator), { operator: who.extension, ...returned, heldBy: operator });
}

function requested(
  turn: Turn,
  phase: TalkingPhase,
  { leg: transferor, transferId, target, replaces }: Extract<Stimulus, { kind: 'transferRequested' }>,
): void {
  beginTransfer(turn, phase, { transferor, transferId, target, channel: 'refer', replaces });
}

export const otherOf = (phase: { party: LegId; peer: LegId }, leg: LegId): LegId =>
  leg === phase.party ? phase.peer : phase.party;

/**
 * One of the two has gone. A caller from outside whose operator did not say goodbye (who had just transferred, who held
 * the caller, or who was lost with the network) is not let go of.
 */
function left(turn: Turn, phase: TalkingPhase, { leg, by }: Extract<Stimulus, { kind: 'legEnded' }>): void {
  if (leg !== phase.party && leg !== phase.peer) return;
  const rest = otherOf(phase, leg);
  const gone = turn.before.legs[leg];
  const operator = gone?.who.extension;
  const outsider = turn.known(rest).who.extension === undefined;
  const returned = turn.before.returned[leg];
  if (operator !== undefined && returned !== undefined) return recall(turn, rest, { operator, ...returned });
  if (operator !== undefined && outsider && gone?.held === true) {
    const transferId = `${turn.call.id}.hold${turn.call.returns}`;
    return recall(turn, rest, { operator, transferId, number: '', reason: 'held' });
  }
  if (by !== 'remote' && outsider) {
    return go(turn, turn.plan.transfer.recall.otherwise, { party: rest, front: true });
  }
  turn.end(
    by === 'remote'
      ? { result: 'completed', reason: 'one of the two hung up', by: leg === phase.party ? 'caller' : 'callee' }
      : { result: 'failed', reason: `one of the two was lost with the ${by}`, by: 'system' },
    // Whoever is left is told that it was us.
    by === 'media' ? { status: 503, text: 'Service Unavailable' } : undefined,
  );
}

function pressed(turn: Turn, phase: TalkingPhase, { leg, digit }: Extract<Stimulus, { kind: 'digitPressed' }>): void {
  if (leg !== phase.party && leg !== phase.peer) return;
  if (turn.known(leg).who.extension === undefined) return;
  const { features } = turn.plan;
  const { blindTransfer, attendedTransfer } = features;
  const { code, keys } = featureKey([blindTransfer, attendedTransfer], phase.keys[leg] ?? '', digit);
  if (code !== undefined) {
    turn.note({ time: turn.now, kind: 'pressed', digits: code, meaning: 'featureCode' });
    return enterKeying(turn, phase, leg, code === blindTransfer ? 'blind' : 'attended');
  }
  turn.stay({ ...phase, keys: { ...phase.keys, [leg]: keys } });
  if (keys !== '') turn.setTimer(`keys:${leg}`, features.interDigit, 'a feature code was left unfinished');
}
