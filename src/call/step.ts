import { assertNever } from '../base/assertNever.ts';
import type { Instant } from '../base/clock.ts';
import type { Dialplan } from '../dialplan/plan.ts';
import { type Call, newLeg, type Origin, type Who } from './call.ts';
import { announcing } from './flow/announcing.ts';
import { calendarDialled, enterCalendarCode } from './flow/calendarCode.ts';
import { go } from './flow/go.ts';
import { menu } from './flow/menu.ts';
import { queued } from './flow/queued.ts';
import { ringing } from './flow/ringing.ts';
import { whereDialled } from './flow/whereDialled.ts';
import { handOver, replaced } from './handover.ts';
import { legStimulus } from './legs.ts';
import { restored } from './restored.ts';
import type { Shared } from './shared.ts';
import type { Stimulus } from './stimulus.ts';
import { talking } from './talking.ts';
import { adopting } from './transfer/adopting.ts';
import { consulting } from './transfer/consulting.ts';
import { keying } from './transfer/keying.ts';
import { recalling } from './transfer/recalling.ts';
import { transferring } from './transfer/transferring.ts';
import { type StepResult, Turn } from './turn.ts';

export interface Arrival {
  readonly id: string;
  readonly origin: Origin;
  readonly from: Who;
  readonly dialled: string;
}

/** The leg on which a call came in. */
export const callerLeg = 'caller';

/** A call comes in: its leg is offered, and it is routed by the number that was dialled. */
export function begin(plan: Dialplan, arrival: Arrival, now: Instant, shared: Shared): StepResult {
  const { id, origin, from, dialled } = arrival;
  const call: Call = {
    id,
    origin,
    from,
    dialled,
    startedAt: now,
    language: plan.company.languages[0],
    legs: { [callerLeg]: newLeg(callerLeg, from, 'offered') },
    // Replaced before this function returns: no call is ever seen in it.
    phase: { kind: 'announcing', party: callerLeg, playId: 0, then: undefined },
    timers: {},
    returns: 0,
    adriftSince: undefined,
    returned: {},
    queuedSince: undefined,
    served: false,
    answeredAt: undefined,
    trail: [],
    nextLeg: 1,
    nextPlay: 1,
  };
  const turn = new Turn(call, plan, now, shared);
  const code = calendarDialled(plan, arrival);
  if (code !== undefined) {
    enterCalendarCode(turn, code, callerLeg);
    return turn.finish();
  }
  const route = whereDialled(plan, dialled, origin.kind, origin.kind === 'trunk' ? origin.name : undefined);
  if (route === undefined) {
    turn.end(
      { result: 'refused', reason: 'nothing is at this number', by: 'system' },
      { status: 404, text: 'Not Found' },
    );
  } else {
    go(turn, route, { party: callerLeg });
  }
  return turn.finish();
}

/**
 * Call control: what a call makes of one stimulus. Pure and total: whatever does not fit is ignored, and a call that
 * has ended stays as it is.
 */
export function step(plan: Dialplan, call: Call, stimulus: Stimulus, now: Instant, shared: Shared): StepResult {
  const turn = new Turn(call, plan, now, shared);
  if (call.phase.kind === 'ended') {
    if (stimulus.kind === 'legRequested') handOver(turn, stimulus);
    else if (stimulus.kind === 'replacementArrived') replaced(turn, stimulus);
    else if (stimulus.kind === 'transferRequested' || stimulus.kind === 'agentOffered') legStimulus(turn, stimulus);
    return turn.finish();
  }
  if (stimulus.kind === 'stopRequested') {
    turn.end({ result: 'failed', reason: stimulus.reason, by: 'system' }, { status: 503, text: 'Service Unavailable' });
    return turn.finish();
  }
  if (stimulus.kind === 'timerFired') {
    if (call.timers[stimulus.name] === undefined) return turn.finish();
    turn.consumeTimer(stimulus.name);
  }
  if (stimulus.kind === 'legRequested') handOver(turn, stimulus);
  else if (stimulus.kind === 'replacementArrived') replaced(turn, stimulus);
  else if (stimulus.kind === 'restored') restored(turn);
  else if (!legStimulus(turn, stimulus)) phaseStimulus(turn, stimulus);
  return turn.finish();
}

function phaseStimulus(turn: Turn, stimulus: Stimulus): void {
  const { phase } = turn.call;
  switch (phase.kind) {
    case 'announcing':
      return announcing(turn, phase, stimulus);
    case 'menu':
      return menu(turn, phase, stimulus);
    case 'ringing':
      return ringing(turn, phase, stimulus);
    case 'queued':
      return queued(turn, phase, stimulus);
    case 'talking':
      return talking(turn, phase, stimulus);
    case 'keying':
      return keying(turn, phase, stimulus);
    case 'consulting':
      return consulting(turn, phase, stimulus);
    case 'transferring':
      return transferring(turn, phase, stimulus);
    case 'adopting':
      return adopting(turn, phase, stimulus);
    case 'recalling':
      return recalling(turn, phase, stimulus);
    case 'ended':
      return;
    default:
      return assertNever(phase);
  }
}
