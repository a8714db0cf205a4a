import type { Instant } from '../../base/clock.ts';
import type { LegId, QueuedPhase } from '../call.ts';
import type { OfferOutcome } from '../effect.ts';
import { routedAs, unansweredBy } from '../failure.ts';
import { ofCaller } from '../shown.ts';
import type { Stimulus } from '../stimulus.ts';
import { connect } from '../talking.ts';
import type { Turn } from '../turn.ts';
import { entry, type Going, go } from './go.ts';
import { endWithoutParty } from './partyGone.ts';

export function enterQueue(turn: Turn, name: string, { party, front = false }: Going): void {
  const queue = entry(turn.plan.queues, name);
  turn.answer(party);
  turn.hear(party, { kind: 'music', name: queue.music });
  const since = waitsSince(turn, front);
  turn.set('queuedSince', since);
  turn.set('served', false);
  turn.enter({ kind: 'queued', party, queue: name, offer: undefined });
  turn.setTimer('maxWait', queue.maxWait, 'the longest wait in the queue');
  turn.effect({ kind: 'joinQueue', queue: name, since, front });
}

/**
 * From queue to queue, and back to one (R6), the party has waited since it first did. One whom a person has served and
 * sent on waits anew: time in conversation is no waiting.
 */
function waitsSince({ call, now }: Turn, front: boolean): Instant {
  return call.served && !front ? now : (call.queuedSince ?? now);
}

export function queued(turn: Turn, phase: QueuedPhase, stimulus: Stimulus): void {
  switch (stimulus.kind) {
    case 'agentOffered':
      return offered(turn, phase, stimulus);
    case 'legAnswered':
      if (stimulus.leg !== phase.offer?.leg) return;
      conclude(turn, phase, 'answered');
      return connect(turn, phase.party, stimulus.leg);
    case 'legFailed':
      return offerOver(turn, phase, stimulus.leg, outcomeOf(stimulus.reason));
    case 'legEnded':
      if (stimulus.leg !== phase.party) return offerOver(turn, phase, stimulus.leg, 'unreachable');
      return endWithoutParty(turn, stimulus.by);
    case 'timerFired':
      if (stimulus.name === 'offer') return unanswered(turn, phase);
      return overflow(turn, phase);
    default:
      return;
  }
}

function offered(
  turn: Turn,
  phase: QueuedPhase,
  { queue, extension }: Extract<Stimulus, { kind: 'agentOffered' }>,
): void {
  if (queue !== phase.queue || phase.offer !== undefined) {
    turn.effect({ kind: 'concludeOffer', queue, extension, outcome: 'withdrawn' });
    return;
  }
  const leg = turn.dial(extension, ofCaller(turn, phase.party));
  turn.stay({ ...phase, offer: { leg, extension } });
  turn.setTimer('offer', entry(turn.plan.queues, queue).ringFor, 'the agent does not answer');
}

function unanswered(turn: Turn, phase: QueuedPhase): void {
  if (phase.offer === undefined) return;
  turn.cancel(phase.offer.leg);
  conclude(turn, phase, 'ringNoAnswer');
}

function offerOver(turn: Turn, phase: QueuedPhase, leg: LegId, outcome: OfferOutcome): void {
  if (leg === phase.offer?.leg) conclude(turn, phase, outcome);
}

function overflow(turn: Turn, phase: QueuedPhase): void {
  if (phase.offer !== undefined) turn.cancel(phase.offer.leg);
  go(turn, entry(turn.plan.queues, phase.queue).overflow, { party: phase.party });
}

/** The queue hears what became of its offer; one that is open when the party leaves the queue is withdrawn by that. */
export function conclude(turn: Turn, phase: QueuedPhase, outcome: OfferOutcome): void {
  if (phase.offer === undefined) return;
  turn.clearTimer('offer');
  turn.stay({ ...phase, offer: undefined });
  turn.effect({ kind: 'concludeOffer', queue: phase.queue, extension: phase.offer.extension, outcome });
}

function outcomeOf(reason: Extract<Stimulus, { kind: 'legFailed' }>['reason']): OfferOutcome {
  const routed = routedAs(unansweredBy(reason));
  return routed === 'noAnswer' ? 'ringNoAnswer' : routed;
}
