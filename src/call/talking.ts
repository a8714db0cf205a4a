import { guards, type LegId, type ReturnedTransfer, type TalkingPhase } from './call.ts';
import { featureKey } from './featureKeys.ts';
import { go } from './flow/go.ts';
import type { Stimulus } from './stimulus.ts';
import { beginTransfer } from './transfer/begin.ts';
import { enterKeying } from './transfer/keying.ts';
import { recall } from './transfer/recalling.ts';
import type { Turn } from './turn.ts';

export const musicOnHold = 'default';

/** The party has a person to talk to. */
export function connect(turn: Turn, party: LegId, peer: LegId, returned?: ReturnedTransfer): void {
  turn.answer(party);
  turn.answer(peer);
  turn.update({ answered: true, adriftSince: undefined });
  turn.clearTimer('adrift');
  turn.enter({ kind: 'talking', party, peer, keys: {}, returned });
  turn.setTimer('talk', guards.talk, 'nobody ended the conversation');
  if (returned !== undefined) turn.setTimer('returned', guards.returned, 'the transferor has stayed');
  listen(turn, party, peer);
}

/** Each hears the other, and music where the other one holds. A phone that holds listens to nothing. */
export function listen(turn: Turn, a: LegId, b: LegId): void {
  const [first, second] = [turn.known(a), turn.known(b)];
  if (!first.held && !second.held) {
    turn.join(a, b);
    return;
  }
  turn.hear(a, first.held ? { kind: 'nothing' } : { kind: 'music', name: musicOnHold });
  turn.hear(b, second.held ? { kind: 'nothing' } : { kind: 'music', name: musicOnHold });
}

export function talking(turn: Turn, phase: TalkingPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'legHeld':
      return listen(turn, phase.party, phase.peer);
    case 'legResumed':
      if (stimulus.leg === phase.returned?.leg) turn.stay({ ...phase, returned: undefined });
      return listen(turn, phase.party, phase.peer);
    case 'legEnded':
      return left(turn, phase, stimulus);
    case 'transferRequested':
      return beginTransfer(turn, phase, { ...stimulus, transferor: stimulus.leg, channel: 'refer' });
    case 'digitPressed':
      return pressed(turn, phase, stimulus);
    case 'timerFired':
      if (stimulus.name === 'talk') turn.end({ result: 'failed', reason: 'the longest conversation', by: 'system' });
      else if (stimulus.name === 'returned') turn.stay({ ...phase, returned: heldStill(turn, phase) });
      else turn.stay({ ...phase, keys: {} });
      return;
    default:
      return;
  }
}

/** A transferor who still holds the caller has not come back yet. */
function heldStill(turn: Turn, { returned }: TalkingPhase): ReturnedTransfer | undefined {
  return returned !== undefined && turn.leg(returned.leg)?.held === true ? returned : undefined;
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
  const { returned } = phase;
  if (operator !== undefined && returned?.leg === leg) {
    const { transferId, number, reason } = returned;
    return recall(turn, rest, { operator, transferId, number, reason });
  }
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
  );
}

function pressed(turn: Turn, phase: TalkingPhase, { leg, digit }: Extract<Stimulus, { kind: 'digitPressed' }>): void {
  if (leg !== phase.party && leg !== phase.peer) return;
  if (turn.known(leg).who.extension === undefined) return;
  const { features } = turn.plan;
  const { blindTransfer, attendedTransfer } = features;
  const { code, keys } = featureKey([blindTransfer, attendedTransfer], phase.keys[leg] ?? '', digit);
  if (code !== undefined) {
    turn.note({ kind: 'pressed', digits: code, meaning: 'featureCode' });
    return enterKeying(turn, phase, leg, code === blindTransfer ? 'blind' : 'attended');
  }
  turn.stay({ ...phase, keys: { ...phase.keys, [leg]: keys } });
  if (keys !== '') turn.setTimer(`keys:${leg}`, features.interDigit, 'a feature code was left unfinished');
}
