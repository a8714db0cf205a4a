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
export function connect(turn: Turn, party: LegId, peer: LegId): void {
  turn.answer(party);
  turn.answer(peer);
  turn.set('answered', true);
  turn.set('adriftSince', undefined);
  turn.clearTimer('adrift');
  turn.enter({ kind: 'talking', party, peer, keys: {}, returned: {} });
  turn.setTimer('talk', guards.talk, 'nobody ended the conversation');
  listen(turn, party, peer);
}

const returnedTimer = 'returned:';

/**
 * A transfer of one of the two came to nothing (R0): whoever had asked for it may hang up without knowing. Each of the
 * two is asked for themselves: both may have tried.
 */
export function mayHangUp(turn: Turn, leg: LegId, returned: ReturnedTransfer): void {
  const { phase } = turn.call;
  if (phase.kind !== 'talking') throw new Error(`call ${turn.call.id}: a transfer returned to phase ${phase.kind}`);
  turn.stay({ ...phase, returned: { ...phase.returned, [leg]: returned } });
  turn.setTimer(`${returnedTimer}${leg}`, guards.returned, 'the transferor has stayed');
}

function hasStayed(turn: Turn, phase: TalkingPhase, leg: LegId): void {
  const { [leg]: _, ...returned } = phase.returned;
  turn.stay({ ...phase, returned });
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
      hasStayed(turn, phase, stimulus.leg);
      return listen(turn, phase.party, phase.peer);
    case 'legEnded':
      return left(turn, phase, stimulus);
    case 'transferRequested':
      return requested(turn, phase, stimulus);
    case 'digitPressed':
      return pressed(turn, phase, stimulus);
    case 'timerFired':
      if (stimulus.name === 'talk') turn.end({ result: 'failed', reason: 'the longest conversation', by: 'system' });
      else if (stimulus.name.startsWith(returnedTimer))
        returnedLongAgo(turn, phase, stimulus.name.slice(returnedTimer.length));
      else turn.stay({ ...phase, keys: {} });
      return;
    default:
      return;
  }
}

function requested(
  turn: Turn,
  phase: TalkingPhase,
  { leg: transferor, transferId, target, replaces }: Extract<Stimulus, { kind: 'transferRequested' }>,
): void {
  beginTransfer(turn, phase, { transferor, transferId, target, channel: 'refer', replaces });
}

/** A transferor who still holds the caller has not come back yet. */
function returnedLongAgo(turn: Turn, phase: TalkingPhase, leg: LegId): void {
  if (turn.leg(leg)?.held !== true) hasStayed(turn, phase, leg);
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
  const returned = phase.returned[leg];
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
