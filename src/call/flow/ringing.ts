import type { Route, Unanswered } from '../../dialplan/plan.ts';
import type { LegId, RingingPhase } from '../call.ts';
import { routedAs, statusOf, unansweredBy } from '../failure.ts';
import { ofCaller } from '../shown.ts';
import type { Stimulus } from '../stimulus.ts';
import { connect } from '../talking.ts';
import type { Turn } from '../turn.ts';
import { entry, type Going, go } from './go.ts';
import { partyGone } from './partyGone.ts';

export function enterExtension(turn: Turn, number: string, { party, otherwise }: Going): void {
  const { ringFor, forward, doNotDisturb } = entry(turn.plan.extensions, number);
  if (forward !== undefined) return go(turn, forward, { party, otherwise });
  const node = { kind: 'extension', number } as const;
  // A phone that dials its own number is busy: with itself.
  if (turn.known(party).who.extension === number) {
    return failed(turn, { kind: 'ringing', party, node, attempts: [], waiting: [], otherwise }, 'busy');
  }
  if (doNotDisturb === true) {
    return failed(turn, { kind: 'ringing', party, node, attempts: [], waiting: [], otherwise }, 'declined');
  }
  if (turn.isBusy(number)) {
    return failed(turn, { kind: 'ringing', party, node, attempts: [], waiting: [], otherwise }, 'busy');
  }
  ringback(turn, party);
  const attempts = [turn.dial(number, ofCaller(turn, party))];
  turn.enter({ kind: 'ringing', party, node, attempts, waiting: [], otherwise });
  turn.setTimer('ring', ringFor, 'the extension does not answer');
}

export function enterGroup(turn: Turn, name: string, { party }: Going): void {
  const { strategy, otherwise, ringFor, ...group } = entry(turn.plan.groups, name);
  // A member who calls the others is not rung for itself.
  const members = group.members.filter(member => member !== turn.known(party).who.extension);
  const node = { kind: 'group', name } as const;
  const inOrder = strategy === 'roundRobin' ? rotated(members, turn.call.id) : members;
  const [now, later] =
    strategy === 'simultaneous' ? [members.filter(member => !turn.isBusy(member)), []] : nextFree(turn, inOrder);
  if (now.length === 0) {
    return failed(turn, { kind: 'ringing', party, node, attempts: [], waiting: [], otherwise }, 'busy');
  }
  ringback(turn, party);
  const attempts = now.map(member => turn.dial(member, ofCaller(turn, party)));
  turn.enter({ kind: 'ringing', party, node, attempts, waiting: later, otherwise });
  turn.setTimer('ring', ringFor, 'nobody of the group answers');
}

/** The first of the members that can be rung now, if there is one, and those after it. */
function nextFree(turn: Turn, members: readonly string[]): readonly [readonly string[], readonly string[]] {
  const first = members.findIndex(member => !turn.isBusy(member));
  return first < 0 ? [[], []] : [members.slice(first, first + 1), members.slice(first + 1)];
}

/**
 * The members, beginning with another one from call to call. Which one is drawn from the id of the call (FNV-1a): every
 * member comes first equally often, no state has to be kept between calls, and a call that is played again is the same.
 */
export function rotated(members: readonly string[], callId: string): readonly string[] {
  let hash = 0x811c9dc5;
  for (let i = 0; i < callId.length; i++) hash = Math.imul(hash ^ callId.charCodeAt(i), 0x01000193);
  // The low bits of FNV alone are weak.
  const first = ((hash ^ (hash >>> 15)) >>> 0) % Math.max(members.length, 1);
  return [...members.slice(first), ...members.slice(0, first)];
}

/** A caller who is answered already can hear ringback from us alone; for another one a 180 does it. */
export function ringback(turn: Turn, party: LegId): void {
  if (turn.listens(party)) turn.hear(party, { kind: 'ringback' });
  else turn.effect({ kind: 'ring', leg: party });
}

export function ringing(turn: Turn, phase: RingingPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'legAnswered':
      if (!phase.attempts.includes(stimulus.leg)) return;
      for (const other of phase.attempts) if (other !== stimulus.leg) turn.cancel(other);
      return connect(turn, phase.party, stimulus.leg);
    case 'legEarlyMedia':
      // Where several phones ring, none of them is the one to be heard.
      if (phase.attempts.length === 1 && phase.attempts[0] === stimulus.leg) turn.hearEarly(phase.party, stimulus.leg);
      return;
    case 'legFailed':
      return attemptOver(turn, phase, stimulus.leg, unansweredBy(stimulus.reason));
    case 'legEnded':
      if (stimulus.leg === phase.party) return partyGone(turn, phase.party, stimulus);
      return attemptOver(turn, phase, stimulus.leg, 'unreachable');
    case 'timerFired':
      for (const attempt of phase.attempts) turn.cancel(attempt);
      return nextOrFailed(turn, { ...phase, attempts: [] }, 'noAnswer');
    default:
      return;
  }
}

function attemptOver(turn: Turn, phase: RingingPhase, leg: LegId, reason: Unanswered): void {
  if (!phase.attempts.includes(leg)) return;
  const attempts = phase.attempts.filter(attempt => attempt !== leg);
  if (attempts.length > 0) turn.stay({ ...phase, attempts });
  else nextOrFailed(turn, { ...phase, attempts }, reason);
}

function nextOrFailed(turn: Turn, phase: RingingPhase, reason: Unanswered): void {
  const [[next], waiting] = nextFree(turn, phase.waiting);
  if (next !== undefined && phase.node.kind === 'group') {
    const attempt = turn.dial(next, ofCaller(turn, phase.party));
    // What came from the one before is over.
    if (turn.listens(phase.party)) turn.hear(phase.party, { kind: 'ringback' });
    turn.enter({ ...phase, attempts: [attempt], waiting });
    turn.setTimer('ring', entry(turn.plan.groups, phase.node.name).ringFor, 'the member does not answer');
  } else {
    failed(turn, phase, reason);
  }
}

function failed(turn: Turn, phase: RingingPhase, reason: Unanswered): void {
  const route = routeForFailure(turn, phase, reason);
  if (route !== undefined) go(turn, route, { party: phase.party });
  else {
    turn.end({ result: 'refused', reason: `the extension: ${reason}`, by: 'callee' }, statusOf(reason));
  }
}

/**
 * The extension's own route, then that of the node before it. A colleague who dialled the extension and heard nothing
 * but ringing is told by the status why it failed; everybody else goes where lost calls go.
 */
function routeForFailure(turn: Turn, phase: RingingPhase, reason: Unanswered): Route | undefined {
  const own =
    phase.node.kind === 'extension' ? turn.plan.extensions[phase.node.number]?.failover[routedAs(reason)] : undefined;
  const route = own ?? phase.otherwise;
  if (route !== undefined) return route;
  const party = turn.known(phase.party);
  if (party.who.extension !== undefined && party.state === 'offered') return undefined;
  return turn.plan.transfer.recall.otherwise;
}
