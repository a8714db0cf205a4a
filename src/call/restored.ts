import { assertNever } from '../base/assertNever.ts';
import type { Destination, Dialplan } from '../dialplan/plan.ts';
import type { Phase, QueuedPhase } from './call.ts';
import { fallback } from './transfer/recalling.ts';
import type { Turn } from './turn.ts';

/**
 * The process that had this call has died, and another one has it now. What lives outside of the call is made anew: its
 * timers run on from where they were, and its queue has it again, before those who come now. The legs that were lost
 * with the process end by stimuli of their own, and those that are still there say that their media is `mediaLost`.
 *
 * The dialplan may be another one than before. Who waits at a place that it does not have any more is taken to where
 * nobody is lost (R0), before the call asks for that place.
 */
export function restored(turn: Turn): void {
  turn.note({ time: turn.now, kind: 'restored' });
  turn.rearm();
  const { phase } = turn.call;
  const waiting = phase.kind === 'queued' ? withoutOffer(turn, phase) : phase;
  if (!('party' in waiting) || turn.known(waiting.party).state !== 'answered') return;
  const { party } = waiting;
  if (places(waiting).some(place => !exists(turn.plan, place))) fallback(turn, party);
  else if (waiting.kind === 'queued') {
    turn.effect({ kind: 'joinQueue', queue: waiting.queue, since: turn.call.queuedSince ?? turn.now, front: true });
  }
}

/** Whoever was rung for it rings for nobody any more: the queue offers it anew. */
function withoutOffer(turn: Turn, phase: QueuedPhase): QueuedPhase {
  if (phase.offer === undefined) return phase;
  turn.clearTimer('offer');
  turn.forget(phase.offer.leg);
  const rest: QueuedPhase = { ...phase, offer: undefined };
  turn.stay(rest);
  return rest;
}

/** What the phase asks the dialplan for, sooner or later. */
function places(phase: Phase): readonly Destination[] {
  switch (phase.kind) {
    case 'menu':
      return [{ kind: 'menu', name: phase.menu }];
    case 'queued':
      return [{ kind: 'queue', name: phase.queue }];
    case 'announcing':
      return phase.then === undefined ? [] : [phase.then.to];
    case 'ringing': {
      const { node, otherwise } = phase;
      const place = node.kind === 'extension' ? { kind: node.kind, name: node.number } : node;
      const members = phase.waiting.map(name => ({ kind: 'extension', name }) as const);
      return [place, ...members, ...(otherwise === undefined ? [] : [otherwise.to])];
    }
    default:
      return [];
  }
}

function exists(plan: Dialplan, { kind, name }: Destination): boolean {
  switch (kind) {
    case 'menu':
      return Object.hasOwn(plan.menus, name);
    case 'extension':
      return Object.hasOwn(plan.extensions, name);
    case 'group':
      return Object.hasOwn(plan.groups, name);
    case 'queue':
      return Object.hasOwn(plan.queues, name);
    case 'announcement':
      return Object.hasOwn(plan.announcements, name);
    case 'schedule':
      return Object.hasOwn(plan.schedules, name);
    case 'callers':
      return Object.hasOwn(plan.callers ?? {}, name);
    case 'goodbye':
      // A prompt that is not there is not heard, and the call goes on.
      return true;
    default:
      return assertNever(kind);
  }
}
