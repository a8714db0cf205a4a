import type { Route } from '../dialplan/plan.ts';
import { guards, type LegId, newLeg, type Phase, type Who } from './call.ts';
import { entry } from './flow/go.ts';
import { conclude } from './flow/queued.ts';
import type { HandOver, Stimulus } from './stimulus.ts';
import { connect, otherOf } from './talking.ts';
import { complete } from './transfer/transferring.ts';
import type { Turn } from './turn.ts';

/**
 * Another call completes an attended transfer with the leg of ours that Replaces named: whoever that leg talks to, or
 * rings, goes over to the other call; where it only waits at a place of the dialplan, the place does.
 */
export function handOver(turn: Turn, { leg, by, transferId, as }: Extract<Stimulus, { kind: 'legRequested' }>): void {
  const what = turn.leg(leg) === undefined ? ({ kind: 'refused' } as const) : counterpart(turn, turn.call.phase, leg);
  turn.effect({ kind: 'handOver', to: by, transferId, what, as });
  if (what.kind === 'refused') return;
  turn.end(
    { result: 'transferred', reason: `went over to call ${by}`, by: 'callee' },
    { status: 487, text: 'Request Terminated' },
  );
}

function counterpart(turn: Turn, phase: Phase, leg: LegId): HandOver {
  switch (phase.kind) {
    case 'talking':
      if (leg !== phase.party && leg !== phase.peer) return { kind: 'refused' };
      return { kind: 'leg', leg: turn.surrender(otherOf(phase, leg)) };
    case 'ringing': {
      if (leg !== phase.party) return { kind: 'refused' };
      const [attempt] = phase.attempts;
      if (phase.node.kind === 'extension' && attempt !== undefined)
        return { kind: 'leg', leg: turn.surrender(attempt) };
      return { kind: 'route', route: routeTo(turn, phase.node) };
    }
    case 'queued':
      if (leg !== phase.party) return { kind: 'refused' };
      return { kind: 'route', route: routeTo(turn, { kind: 'queue', name: phase.queue }) };
    case 'menu':
      if (leg !== phase.party) return { kind: 'refused' };
      return { kind: 'route', route: routeTo(turn, { kind: 'menu', name: phase.menu }) };
    case 'announcing':
      if (leg !== phase.party || phase.then === undefined) return { kind: 'refused' };
      return { kind: 'route', route: phase.then };
    case 'recalling':
      // The operator who is rung still holds the party, and sends it on by another line.
      if (leg !== phase.heldBy) return { kind: 'refused' };
      turn.notify({ kind: 'recallAnswered', transferId: phase.transferId, operator: phase.operator });
      return { kind: 'leg', leg: turn.surrender(phase.party) };
    default:
      return { kind: 'refused' };
  }
}

function routeTo(
  { plan }: Turn,
  node: { kind: 'extension'; number: string } | { kind: 'group' | 'queue' | 'menu'; name: string },
): Route {
  switch (node.kind) {
    case 'extension':
      return { to: { kind: 'extension', name: node.number }, at: entry(plan.extensions, node.number).at };
    case 'group':
      return { to: { kind: 'group', name: node.name }, at: entry(plan.groups, node.name).at };
    case 'queue':
      return { to: { kind: 'queue', name: node.name }, at: entry(plan.queues, node.name).at };
    case 'menu':
      return { to: { kind: 'menu', name: node.name }, at: entry(plan.menus, node.name).at };
  }
}

const gone = { status: 481, text: 'Call Does Not Exist' };

/**
 * INVITE with Replaces (RFC 3891): a phone takes the place of one of our legs, in a conversation (an attended transfer
 * seen from the target) or while it still rings (a pickup).
 */
export function replaced(turn: Turn, { leg, by, who }: Extract<Stimulus, { kind: 'replacementArrived' }>): void {
  const { phase } = turn.call;
  if (phase.kind === 'ended') return turn.effect({ kind: 'hangUp', leg: by, ...gone });
  turn.setLeg(newLeg(by, who, 'offered'));
  switch (phase.kind) {
    case 'talking': {
      if (leg !== phase.party && leg !== phase.peer) break;
      const rest = otherOf(phase, leg);
      const transferId = `${turn.call.id}.replaces.${by}`;
      const transferor = turn.known(leg).who.number;
      turn.notify({ kind: 'transferStarted', transferId, how: 'attended', transferor, target: who.number });
      turn.release(leg, guards.leave);
      connect(turn, ...(leg === phase.party ? ([by, rest] as const) : ([rest, by] as const)));
      tookOver(turn, by, who);
      turn.effect({ kind: 'identify', leg: rest, who });
      return turn.notify({ kind: 'transferCompleted', transferId, target: who.number });
    }
    case 'ringing':
      if (!phase.attempts.includes(leg)) break;
      for (const attempt of phase.attempts) turn.cancel(attempt);
      tookOver(turn, by, who);
      return connect(turn, phase.party, by);
    case 'queued':
      if (phase.offer?.leg !== leg) break;
      turn.cancel(leg);
      tookOver(turn, by, who);
      conclude(turn, phase, 'answered');
      return connect(turn, phase.party, by);
    case 'transferring':
      if (phase.target !== leg) break;
      turn.cancel(leg);
      tookOver(turn, by, who);
      return complete(turn, phase, by);
    case 'recalling':
      if (leg !== phase.leg && leg !== phase.heldBy) break;
      turn.cancel(phase.leg);
      if (phase.heldBy !== undefined) turn.hangUp(phase.heldBy);
      tookOver(turn, by, who);
      turn.notify({ kind: 'recallAnswered', transferId: phase.transferId, operator: phase.operator });
      return connect(turn, phase.party, by);
    default:
  }
  turn.hangUp(by, gone);
}

/** Its phone has answered before it asked: the record says who it was, as of a phone that we have rung. */
function tookOver(turn: Turn, by: LegId, { number }: Who): void {
  turn.note({ time: turn.now, kind: 'answered', leg: by, number });
}
